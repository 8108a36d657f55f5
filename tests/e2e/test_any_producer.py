"""Any producer, any reader: records that other clients write are scored, what is no submission becomes a dead letter."""
import json
import subprocess
import sys
import uuid

import confluent_kafka
import kafka

import broker
from broker import BROKER, headers_of, read_topic
from service import PATIENCE, TESTS, Service, submission, unique_prefix, wait_until

NAMESPACE = uuid.UUID("6f2a3c1e-6d0b-5d5e-9a55-0c1f6a7d9b10")


def kcat(*arguments, text=None):
    done = subprocess.run(["kcat", "-b", BROKER, *arguments], input=text, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def produce_with_kcat(topic, value):
    kcat("-P", "-t", topic, text=json.dumps(value))


def produce_with_kafka_python(topic, value):
    producer = kafka.KafkaProducer(bootstrap_servers=BROKER)
    producer.send(topic, json.dumps(value).encode()).get(PATIENCE)
    producer.close()


def produce_with_confluent(topic, value, **more):
    outcome = []
    producer = confluent_kafka.Producer({"bootstrap.servers": BROKER})
    producer.produce(topic, value if isinstance(value, bytes) else json.dumps(value).encode(), on_delivery=lambda e, m: outcome.append((e, m)), **more)
    assert producer.flush(PATIENCE) == 0
    error, message = outcome[0]
    assert error is None, error
    return message.partition(), message.offset()


def read_with_kafka_python(topic):
    reader = kafka.KafkaConsumer(topic, bootstrap_servers=BROKER, auto_offset_reset="earliest", isolation_level="read_committed",
                                 consumer_timeout_ms=int(1000 * PATIENCE), group_id=None)
    try:
        end = sum(reader.end_offsets([kafka.TopicPartition(topic, p) for p in reader.partitions_for_topic(topic)]).values())
        assert end > 0
        found = []
        for record in reader:
            found.append(json.loads(record.value))
            if len(found) == 3:
                return found
        return found
    finally:
        reader.close()


def scored(api, user):
    def rows():
        found = api.get(f"/v1/users/{user}/submissions").json["data"]
        return found and found[0]["status"] != "accepted" and found
    row = wait_until(rows, f"outcome of {user}")[0]
    assert row["status"] == "scored", row
    return row


def check_producers(api, submissions, results):
    producers = {"kcat": produce_with_kcat, "kafka-python": produce_with_kafka_python, "confluent": produce_with_confluent}
    for user, produce in producers.items():
        produce(submissions, submission(user, "11100", what="ever"))
        row = scored(api, user)
        assert api.result(row["submission_id"])["result"]["score"]["raw"] == 3
        source = next(m for m in read_topic(submissions) if json.loads(m.value())["user_id"] == user)
        assert source.key() is None and not source.headers(), source.headers()
        place = f"{submissions}/{source.partition()}/{source.offset()}"
        assert row["submission_id"] == str(uuid.uuid5(NAMESPACE, place)), place

    readers = {"kcat": [json.loads(line) for line in kcat("-C", "-t", results, "-e", "-q", "-o", "beginning").splitlines()],
               "kafka-python": read_with_kafka_python(results),
               "confluent": [json.loads(m.value()) for m in read_topic(results)]}
    for reader, found in readers.items():
        assert {r["user_id"] for r in found} == set(producers), (reader, found)
        assert all(r["score"]["raw"] == 3 for r in found), (reader, found)


def check_ids(api, submissions):
    produce_with_confluent(submissions, submission("keyed", submission_key="order 66"), key=b"keyed")
    by_key = uuid.uuid5(NAMESPACE, json.dumps(["keyed", "lsat-6", "order 66"], separators=(",", ":")))
    api.result(scored(api, "keyed")["submission_id"])
    assert scored(api, "keyed")["submission_id"] == str(by_key)
    own = str(uuid.uuid4())
    produce_with_confluent(submissions, submission("named", submission_key="order 66"), headers={"ce_subject": own})
    assert scored(api, "named")["submission_id"] == own


def check_dead_letters(api, submissions, dead_letters):
    """All in one partition, with a good submission behind them."""
    bad = {"garbage": (b"\x00\xff\xfe garbage", "malformed", ""),
           "empty": (b"", "malformed", ""),
           "cut off": (b'{"user_id":"u"', "malformed", ""),
           "a list": (b"[1,2]", "validation", ""),
           "no answers": (b'{"user_id":"u","test_id":"lsat-6"}', "validation", "/answers"),
           "unknown test": (json.dumps({**submission("u"), "test_id": "no-such-test"}).encode(), "unknown_test", "no-such-test"),
           "unknown version": (json.dumps(submission("u", test_version=99)).encode(), "unknown_test", "99"),
           "unknown item": (json.dumps({**submission("u"), "answers": {"item_9": "1"}}).encode(), "validation", "/answers/item_9"),
           "unknown option": (json.dumps({**submission("u"), "answers": {"item_1": "2"}}).encode(), "validation", "/answers/item_1")}
    places = {name: produce_with_confluent(submissions, value, partition=7, key=b"\xff key" if name == "garbage" else None)
              for name, (value, _, _) in bad.items()}
    produce_with_confluent(submissions, submission("behind-them"), partition=7)
    scored(api, "behind-them")  # the partition goes on

    letters = {(headers_of(m)["dlq_partition"], headers_of(m)["dlq_offset"]): m for m in read_topic(dead_letters)}
    assert len(letters) == len(bad), letters
    for name, (value, reason, part) in bad.items():
        partition, offset = places[name]
        letter = letters[(str(partition), str(offset))]
        headers = headers_of(letter)
        assert (letter.value() or b"") == value, name
        assert letter.key() == (b"\xff key" if name == "garbage" else None), name
        assert headers["dlq_reason"] == reason, (name, headers)
        assert part in headers["dlq_detail"] and headers["dlq_detail"], (name, headers)
        assert headers["dlq_topic"] == submissions and headers["dlq_attempts"] == "1", headers
        assert headers["ce_type"] == "org.gradesvc.submission.failed.v1" and headers["ce_specversion"] == "1.0", headers
        assert headers["dlq_failed_at"].endswith("Z"), headers
        own_id = str(uuid.uuid5(NAMESPACE, f"{submissions}/{partition}/{offset}"))
        assert headers["ce_subject"] == own_id, headers
        status = api.result(own_id, "failed")
        assert status["failure"]["code"] == reason and status["failure"]["attempts"] == 1, status
        assert status["result"] is None and status["scored_at"] is None, status
    assert api.metric("gradesvc_submissions_failed_total") in (0, None)  # the API fails nothing


def main():
    broker.need_broker()
    prefix = unique_prefix()
    common = ["--brokers", BROKER, "--topic-prefix", prefix]
    with Service("--role=api", *common, "--tests", TESTS) as api, Service("--role=worker", *common, api=False) as worker:
        submissions, results, dead_letters = (prefix + name for name in ("test_submissions", "test_results_ready", "test_submissions.dlq"))
        check_producers(api, submissions, results)
        check_ids(api, submissions)
        check_dead_letters(api, submissions, dead_letters)
        wait_until(lambda: worker.metric("gradesvc_submissions_scored_total") == 6, "6 counted as scored")
        for reason, count in {"malformed": 3, "validation": 4, "unknown_test": 2}.items():
            wait_until(lambda r=reason, c=count: worker.metric("gradesvc_submissions_failed_total", reason=r) == c, f"{count} counted as {reason}")


if __name__ == "__main__":
    sys.exit(main())
