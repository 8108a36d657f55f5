"""The demo on Kafka with one API and three workers: one is killed, one more joins in the middle; nothing is lost or doubled."""
import json
import sys
from collections import Counter

import broker
from broker import BROKER, headers_of, read_topic, topics
from service import COUNTS, TESTS, Service, finish_demo, start_demo, temp_folder, unique_prefix, wait_until


def check_results(prefix):
    records = read_topic(prefix + "test_results_ready")
    assert len(records) == 1000, len(records)
    sources = {(m.partition(), m.offset()): m for m in read_topic(prefix + "test_submissions")}
    users, raws = Counter(), Counter()
    for record in records:
        result, headers = json.loads(record.value()), headers_of(record)
        users[result["user_id"]] += 1
        raws[result["score"]["raw"]] += 1
        assert record.key().decode() == result["user_id"]
        assert headers["ce_subject"] == result["submission_id"]
        assert headers["ce_type"] == "org.gradesvc.submission.scored.v1"
        assert int(headers["gs_source_partition"]) == record.partition()
        source = sources[(record.partition(), int(headers["gs_source_offset"]))]
        assert headers_of(source)["ce_subject"] == result["submission_id"]
    assert [raws[score] for score in range(6)] == COUNTS, raws
    assert len(users) == 1000 and set(users.values()) == {1}, users.most_common(3)
    assert len({headers_of(r)["ce_id"] for r in records}) == 1000
    assert not read_topic(prefix + "test_submissions.dlq")


def main():
    broker.need_broker()
    prefix = unique_prefix()
    common = ["--brokers", BROKER, "--topic-prefix", prefix]
    worker = ["--role=worker", *common, "--group", "scorers", "--threads", "1"]
    with temp_folder() as folder, Service("--role=api", *common, "--tests", TESTS) as api:
        assert topics()[prefix + "test_submissions"] == topics()[prefix + "test_results_ready"] == 12
        shared = folder / "workers"  # workers share a data folder
        with Service(*worker, data=shared, api=False) as one, Service(*worker, data=shared, api=False) as two, \
                Service(*worker, data=shared, api=False) as three:
            names = {w.wait_for_event("worker started")["instance"] for w in (one, two, three)}
            assert len(names) == 3, names
            demo = start_demo(api.url, "--rate", "250")
            wait_until(lambda: (api.metric("gradesvc_submissions_accepted_total") or 0) >= 300, "some submissions")
            two.kill()
            with Service(*worker, data=folder / "fourth", api=False) as four:
                finish_demo(demo)
                check_results(prefix)
                for left in (four, one, three):
                    left.stop()  # exit 0, with nothing of it lost
                check_results(prefix)


if __name__ == "__main__":
    sys.exit(main())
