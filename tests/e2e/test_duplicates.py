"""A submission that comes again has one outcome – across kill -9, a move to another worker and lost positions – on Kafka in both
delivery modes and on the embedded log."""
import contextlib
import json
import sqlite3
import sys
import time
import uuid
from collections import Counter

import confluent_kafka
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition

import broker
from broker import BROKER, headers_of, read_topic
from service import PATIENCE, TESTS, Service, submission, temp_folder, unique_prefix, wait_until


class KafkaLog:
    """Submissions, results and dead letters of one prefix, and the processes on it."""

    def __init__(self, delivery):
        self.prefix = unique_prefix()
        self.common = ["--brokers", BROKER, "--topic-prefix", self.prefix]
        self.delivery = delivery
        self.submissions, self.results, self.letters = (self.prefix + name for name in ("test_submissions", "test_results_ready", "test_submissions.dlq"))

    def api(self):
        return Service("--role=api", *self.common, "--partitions", 4, "--tests", TESTS)

    def worker(self, instance, **more):
        return Service("--role=worker", *self.common, "--instance", instance, "--delivery", self.delivery, "--kafka", "session.timeout.ms=6000", api=False, **more)

    def produce(self, value, **more):
        outcome = []
        producer = confluent_kafka.Producer({"bootstrap.servers": BROKER, "partitioner": "murmur2_random"})
        producer.produce(self.submissions, json.dumps(value).encode(), key=value["user_id"].encode(), on_delivery=lambda e, m: outcome.append(e), **more)
        assert producer.flush(PATIENCE) == 0 and outcome == [None], outcome

    def outcomes(self):
        return Counter(headers_of(m)["ce_subject"] for topic in (self.results, self.letters) for m in read_topic(topic))

    def count(self):
        return len(read_topic(self.submissions))

    def at_end(self):
        """Whether the group's positions are the ends of all partitions that hold anything."""
        consumer = confluent_kafka.Consumer({"bootstrap.servers": BROKER, "group.id": self.prefix + "scorers", "isolation.level": "read_committed"})
        try:
            partitions = [TopicPartition(self.submissions, p) for p in range(4)]
            committed = {p.partition: p.offset for p in consumer.committed(partitions, timeout=PATIENCE)}
            return all(committed[p.partition] >= end for p in partitions if (end := consumer.get_watermark_offsets(p, timeout=PATIENCE)[1]) > 0)
        finally:
            consumer.close()

    def forget_positions(self):
        """As Kafka does with a group that is idle for long."""
        group, client = self.prefix + "scorers", broker.admin()

        def deleted():
            try:
                client.delete_consumer_groups([group], request_timeout=PATIENCE)[group].result(PATIENCE)
                return True
            except confluent_kafka.KafkaException as error:
                assert error.args[0].code() == confluent_kafka.KafkaError.NON_EMPTY_GROUP, error
                return False
        wait_until(deleted, "the group is deleted")
        found = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(PATIENCE)
        assert not found.topic_partitions, found.topic_partitions


def accepted(answer):
    assert answer.status == 202, answer
    return answer.json["submission_id"]


def check_once(log, ids, submissions):
    """The submissions are all read, and there is one outcome for each id."""
    wait_until(log.at_end, "all submissions are read")
    found = log.outcomes()
    assert log.count() == submissions, log.count()
    assert found == Counter(dict.fromkeys(ids, 1)), (found, ids)


def check_kafka(delivery):
    log = KafkaLog(delivery)
    named = str(uuid.uuid4())
    with log.api() as api:
        with log.worker("one") as one:
            first = accepted(api.submit(submission("ann"), Idempotency_Key="order 66"))
            again = accepted(api.submit(submission("ann"), Idempotency_Key="order 66"))
            assert first == again
            api.result(first)
            log.produce(submission("bob"), headers={"ce_subject": named})
            log.produce(submission("bob"), headers={"ce_subject": named})
            bad = str(uuid.uuid4())  # its outcome is a dead letter
            for _ in range(2):
                log.produce({"user_id": "cid", "test_id": "lsat-6"}, headers={"ce_subject": bad})
            ids = [first, named, bad]
            check_once(log, ids, 6)
            wait_until(lambda: one.metric("gradesvc_duplicates_total") == 3, "3 counted as duplicates")
            assert one.metric("gradesvc_submissions_scored_total") == 2

            one.process.kill()  # the same after its death, in its next life …
            one.wait_end()
            api.submit(submission("ann"), Idempotency_Key="order 66")
            log.produce(submission("bob"), headers={"ce_subject": named})
            one.start()
            check_once(log, ids, 8)
            fresh = accepted(api.submit(submission("dan"), Idempotency_Key="of the second life"))
            api.result(fresh)
            ids.append(fresh)

            with log.worker("two") as two:  # … and at another worker
                wait_until(lambda: two.events("rebalance"), "a rebalance")
                one.stop()
                for user, key in (("ann", "order 66"), ("dan", "of the second life")):
                    accepted(api.submit(submission(user), Idempotency_Key=key))
                log.produce({"user_id": "cid", "test_id": "lsat-6"}, headers={"ce_subject": bad})
                check_once(log, ids, 12)
                wait_until(lambda: two.metric("gradesvc_duplicates_total") == 3, "3 counted by the second worker")


def check_lost_positions():
    log = KafkaLog("exactly-once")
    with log.api() as api:
        ids = []
        with log.worker("one"):
            for i in range(300):
                ids.append(accepted(api.submit(submission(f"user-{i % 20}", f"{i % 32:05b}"))))
            log.produce({"user_id": "user-3", "test_id": "lsat-6"}, headers={"ce_subject": (bad := str(uuid.uuid4()))})
            ids.append(bad)
            check_once(log, ids, 301)
        late = [accepted(api.submit(submission(f"user-{i}"))) for i in range(20)]
        log.forget_positions()
        with log.worker("one", ready=True) as one:
            check_once(log, ids + late, 321)
            assert one.events("the group has no position: recovered from the outcomes")
            assert one.metric("gradesvc_submissions_scored_total") == len(late)
            assert one.metric("gradesvc_duplicates_total") == 0


def embedded_outcomes(data):
    with contextlib.closing(sqlite3.connect(data / "log.db")) as log:
        rows = log.execute("SELECT r.value FROM topics t JOIN partitions p ON p.topic = t.id JOIN records r ON r.id >> 40 = p.slot "
                           "WHERE t.name = 'test_results_ready'")
        return Counter(json.loads(value)["submission_id"] for (value,) in rows)


def check_embedded():
    with temp_folder() as folder:
        data = folder / "data"
        ids = []
        with Service(data=data) as service:
            for _ in range(2):
                ids.append(accepted(service.submit(submission("ann"), Idempotency_Key="order 66")))
            service.result(ids[0])
            wait_until(lambda: service.metric("gradesvc_duplicates_total") == 1, "one duplicate")
            service.process.kill()
            service.wait_end()
            service.start()
            ids.append(accepted(service.submit(submission("ann"), Idempotency_Key="order 66")))
            wait_until(lambda: service.metric("gradesvc_duplicates_total") == 1, "one duplicate after the restart")
            others = [accepted(service.submit(submission(f"user-{i}"))) for i in range(50)]
            for one in others:
                service.result(one)
            wait_until(lambda: service.metric("gradesvc_in_flight_records") == 0, "all committed")
        with contextlib.closing(sqlite3.connect(data / "log.db")) as log:
            assert log.execute("DELETE FROM positions").rowcount > 0
            log.commit()
        with Service(data=data) as service:
            late = accepted(service.submit(submission("late")))
            service.result(late)
            assert service.events("the group has no position: recovered from the outcomes")
            assert service.metric("gradesvc_submissions_scored_total") == 1
        assert len(set(ids)) == 1
        assert embedded_outcomes(data) == Counter(dict.fromkeys([ids[0], *others, late], 1))


def check_off():
    """--dedup-window=0: a retry is scored again."""
    with Service("--dedup-window=0") as service:
        for _ in range(2):
            accepted(service.submit(submission("ann"), Idempotency_Key="order 66"))
        wait_until(lambda: service.metric("gradesvc_submissions_scored_total") == 2, "scored twice")
        assert service.metric("gradesvc_duplicates_total") == 0


def main():
    broker.need_broker()
    for check in (check_embedded, check_off, lambda: check_kafka("exactly-once"), lambda: check_kafka("at-least-once"), check_lost_positions):
        began = time.monotonic()
        check()
        print(f"{getattr(check, '__name__', '?')}: {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
