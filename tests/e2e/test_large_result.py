"""A result that is larger than the topic takes becomes a dead letter, and the partition goes on."""
import hashlib
import json
import sys

import broker
from broker import BROKER, create_topic, headers_of, read_topic
from service import Service, submission, temp_folder, unique_prefix, wait_until

ITEMS = [hashlib.sha256(bytes([n])).hexdigest() for n in range(250)]  # names that do not compress: the broker counts what is sent


def main():
    broker.need_broker()
    prefix = unique_prefix()
    create_topic(prefix + "test_submissions", 1)
    create_topic(prefix + "test_results_ready", 1, max_message_bytes=4000)
    common = ["--brokers", BROKER, "--topic-prefix", prefix]
    with temp_folder() as tests:
        large = {"test_id": "large", "items": [{"item_id": name, "correct": "A"} for name in ITEMS]}
        (tests / "large.json").write_text(json.dumps(large))
        small = {"test_id": "lsat-6", "items": [{"item_id": f"item_{i}", "correct": "1"} for i in range(1, 6)]}
        (tests / "small.json").write_text(json.dumps(small))
        with Service("--role=api", *common, "--tests", tests) as api, Service("--role=worker", *common, api=False) as worker:
            before = [api.submit(submission(f"before-{n}")).json["submission_id"] for n in range(5)]
            answer = api.submit({"user_id": "u", "test_id": "large", "answers": {ITEMS[0]: "A"}})
            assert answer.status == 202, answer
            behind = [api.submit(submission(f"behind-{n}")).json["submission_id"] for n in range(5)]
            status = api.result(answer.json["submission_id"], "failed")
            assert status["failure"]["code"] == "too_large", status
            for one in before + behind:
                api.result(one)
            letters = read_topic(prefix + "test_submissions.dlq")
            assert len(letters) == 1, letters
            headers = headers_of(letters[0])
            assert headers["dlq_reason"] == "too_large" and headers["ce_subject"] == answer.json["submission_id"], headers
            assert json.loads(letters[0].value())["test_id"] == "large"
            ids = [headers_of(m)["ce_subject"] for m in read_topic(prefix + "test_results_ready")]
            assert sorted(ids) == sorted(before + behind), ids
            wait_until(lambda: worker.metric("gradesvc_submissions_failed_total", reason="too_large") == 1, "counted as too_large")
            worker.stop()
        with Service("--role=worker", *common, api=False) as worker:  # nothing is left to be done again
            worker.stop()
        assert len(read_topic(prefix + "test_submissions.dlq")) == 1


if __name__ == "__main__":
    sys.exit(main())
