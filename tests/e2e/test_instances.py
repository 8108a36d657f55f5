"""Several API instances on one cluster: each shows what the others took, restarts go on where they were, one may score too."""
import json
import sys
import time

import broker
from broker import BROKER, read_topic
from service import TESTS, Service, submission, temp_folder, unique_prefix, wait_until


def check_read_elsewhere(one, other):
    """A submission is never unknown at the other instance, and scored there as soon as here."""
    for number in range(30):
        accepted = one.submit(submission(f"elsewhere-{number}")).json["submission_id"]
        begin = time.monotonic()
        answer = other.get(f"/v1/submissions/{accepted}")
        assert answer.status == 200, answer
        assert time.monotonic() - begin < 5
    other.result(accepted)
    assert other.get("/v1/users/elsewhere-0/submissions").json == one.get("/v1/users/elsewhere-0/submissions").json


def check_same_key(one, other):
    """Both give a retry the same id."""
    ids = {service.submit(submission("twice", submission_key="k")).json["submission_id"] for service in (one, other, one)}
    assert len(ids) == 1, ids


def check_publish_at_once(one, other):
    """Both publish at the same time: every version has one content, everywhere."""
    tags = {}
    for number in range(6):
        service = (one, other)[number % 2]
        answer = service.ask("PUT", "/v1/tests/both", {"test_id": "both", "title": f"{number}", "items": [{"item_id": "q", "correct": "A"}]})
        assert answer.status == 201, answer
        tags[answer.json["version"]] = answer.headers["ETag"]
    assert sorted(tags) == [1, 2, 3, 4, 5, 6], tags
    for service in (one, other):
        for version, tag in tags.items():
            found = wait_until(lambda s=service, v=version: next((a for a in [s.get(f"/v1/tests/both?version={v}")] if a.status == 200), None), "the version")
            assert found.headers["ETag"] == tag, found


def main():
    broker.need_broker()
    prefix = unique_prefix()
    common = ["--brokers", BROKER, "--topic-prefix", prefix]
    with temp_folder() as folder, Service("--role=api", *common, "--tests", TESTS, data=folder / "one") as one:
        with Service(*common, data=folder / "all") as everything:  # API and worker in one process on Kafka
            check_read_elsewhere(one, everything)
            check_read_elsewhere(everything, one)
            check_same_key(one, everything)
            check_publish_at_once(one, everything)
            everything.stop()
        late = one.submit(submission("late")).json["submission_id"]  # nobody scores at the moment
        assert one.get(f"/v1/submissions/{late}?wait=1").json["status"] == "accepted"
        one.stop()
        begin = time.monotonic()
        with Service("--role=api", *common, data=folder / "one") as again, Service("--role=worker", *common, api=False, data=folder / "all"):
            print(f"restarted within {time.monotonic() - begin:.1f} s")
            again.result(late)
        results = [json.loads(m.value())["submission_id"] for m in read_topic(prefix + "test_results_ready")]
        assert len([r for r in results if r == late]) == 1, results


if __name__ == "__main__":
    sys.exit(main())
