"""audit and verify: nothing is found in what the service did, also while it goes on; what is put in by hand is named."""
import contextlib
import json
import sqlite3
import sys
import threading
import uuid

import confluent_kafka

import broker
from broker import BROKER, headers_of, read_topic
from service import PATIENCE, Service, run, submission, temp_folder, unique_prefix, wait_until

NAMESPACE = uuid.UUID("6f2a3c1e-6d0b-5d5e-9a55-0c1f6a7d9b10")


def report(tool, *options):
    """(exit code, findings, summary) of a tool, whose lines are all JSON"""
    done = run(tool, "--format", "json", *options)
    assert done.returncode in (0, 1), done
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[-1]["kind"] == "summary", lines[-1]
    return done.returncode, [line for line in lines if line["kind"] not in ("summary", "counts")], lines[-1]


def audit(*options):
    code, findings, summary = report("audit", *options)
    assert summary["accepted"] == sum(summary[name] for name in ("scored", "dead", "in_flight", "missing", "expired")), summary
    assert code == (1 if summary["faults"] else 0), (code, summary)
    return code, findings, summary


def nothing_found(options, **expected):
    code, findings, summary = audit(*options)
    assert code == 0 and findings == [], findings
    for name, value in expected.items():
        assert summary[name] == value, (name, summary)
    return summary


def submit_all(service, count, users=10):
    ids = []
    for number in range(count):
        answer = service.submit(submission(f"audit-{number % users}", f"{number % 32:05b}"))
        assert answer.status == 202, answer
        ids.append(answer.json["submission_id"])
    return ids


def check_live(service, options):
    """Audits while others submit and the worker scores."""
    ids, failures = [], []

    def load(user):
        try:
            for number in range(60):
                ids.append(service.submit(submission(f"live-{user}-{number % 3}", "10110")).json["submission_id"])
        except Exception as error:  # told by the test's own thread
            failures.append(error)
    senders = [threading.Thread(target=load, args=(user,)) for user in range(4)]
    for sender in senders:
        sender.start()
    audits = 0
    while any(sender.is_alive() for sender in senders) or audits < 3:
        nothing_found(options)
        audits += 1
    for sender in senders:
        sender.join(PATIENCE)
    assert not failures, failures
    for one in ids:
        service.result(one)
    print(f"{audits} audits of a live log")
    return ids


def check_embedded(folder):
    data = folder / "data"
    options = ["--data", data]
    with Service(data=data) as service:
        ids = submit_all(service, 50) + check_live(service, options)
        for one in ids:
            service.result(one)
        nothing_found(options, accepted=len(ids), scored=len(ids), in_flight=0)
        text = run("audit", *options)
        assert text.returncode == 0 and f"accepted {len(ids)} = scored {len(ids)} + dead 0 + in flight 0 + missing 0" in text.stdout, text
        assert "nothing lost, nothing doubled" in text.stdout, text
    code, findings, summary = report("verify", *options)
    assert (code, findings, summary["equal"]) == (0, [], len(ids)), summary

    with contextlib.closing(sqlite3.connect(data / "log.db")) as log:
        rows = log.execute("SELECT r.id, r.time, r.key, r.headers, r.value FROM topics t JOIN partitions p ON p.topic = t.id "
                           "JOIN records r ON r.id >> 40 = p.slot WHERE t.name = 'test_results_ready' ORDER BY r.id").fetchall()
        lost, changed, doubled = rows[3], rows[5], rows[7]
        end = max(row[0] for row in rows if row[0] >> 40 == doubled[0] >> 40) + 1
        log.execute("DELETE FROM records WHERE id = ?", (lost[0],))
        log.execute("UPDATE records SET value = ? WHERE id = ?", (changed[4].replace(b'"raw":', b'"raw":1'), changed[0]))
        log.execute("INSERT INTO records (id, time, key, headers, value) VALUES (?, ?, ?, ?, ?)", (end, *doubled[1:]))
        log.commit()
    code, findings, summary = audit(*options)
    named = {(one["kind"], one["submission_id"]) for one in findings}
    assert code == 1 and named == {("missing", json.loads(lost[4])["submission_id"]), ("doubled", json.loads(doubled[4])["submission_id"])}, findings
    assert (summary["missing"], summary["doubled"], summary["scored"]) == (1, 1, len(ids) - 1), summary
    text = run("audit", *options)
    assert text.returncode == 1 and json.loads(lost[4])["submission_id"] in text.stdout, text

    code, findings, summary = report("verify", *options)
    assert code == 1 and len(findings) == 1, findings
    assert findings[0]["submission_id"] == json.loads(changed[4])["submission_id"] and findings[0]["pointer"] == "/score/raw", findings
    assert findings[0]["offset"] == changed[0] & ((1 << 40) - 1), findings
    assert summary["equal"] == len(ids) - 1, summary  # the doubled one is equal twice
    text = run("verify", *options)
    assert text.returncode == 1 and "/score/raw: stored 1" in text.stdout, text
    code, findings, summary = report("verify", *options, "--limit", "10", "--sample", "2")
    assert summary["equal"] + summary["different"] == 10, summary


def produce(topic, **record):
    """where it stands"""
    outcome = []
    producer = confluent_kafka.Producer({"bootstrap.servers": BROKER})
    producer.produce(topic, on_delivery=lambda error, message: outcome.append((error, message)), **record)
    assert producer.flush(PATIENCE) == 0
    error, message = outcome[0]
    assert error is None, error
    return message.partition(), message.offset()


def again(topic, message, value=None):
    return produce(topic, partition=message.partition(), key=message.key(), value=value or message.value(), headers=message.headers())


def move_group(group, topic, partition, offset):
    """Sets what the group has committed, once it has no member."""
    where = confluent_kafka.ConsumerGroupTopicPartitions(group, [confluent_kafka.TopicPartition(topic, partition, offset)])

    client = broker.admin()

    def moved():
        try:
            done = client.alter_consumer_group_offsets([where])[group].result(PATIENCE)
            return done.topic_partitions[0].error is None
        except confluent_kafka.KafkaException as error:
            print("not yet:", error)
            return False
    wait_until(moved, f"position of {group}")


def check_kafka():
    prefix = unique_prefix()
    names = {name: prefix + name for name in ("test_submissions", "test_results_ready", "test_submissions.dlq")}
    options = ["--brokers", BROKER, "--topic-prefix", prefix]
    with Service(*options, "--partitions", "3", "--replication", "1") as service:
        ids = submit_all(service, 50) + check_live(service, options)
        partition, offset = produce(names["test_submissions"], key="foreign", value=b"no submission", partition=1)
        bad = str(uuid.uuid5(NAMESPACE, f"{names['test_submissions']}/{partition}/{offset}"))
        for one in ids:
            service.result(one)
        wait_until(lambda: len(read_topic(names["test_submissions.dlq"])) == 1, "a dead letter")
        wait_until(lambda: audit(*options)[2]["dead"] == 1, "it counts as dead")
        nothing_found(options, accepted=len(ids) + 1, scored=len(ids), dead=1, in_flight=0)
    nothing_found(options, accepted=len(ids) + 1, scored=len(ids), dead=1, in_flight=0)
    code, findings, summary = report("verify", *options)
    assert (code, findings, summary["equal"]) == (0, [], len(ids)), summary

    # Nobody scores it yet: in flight, until the group is moved past it.
    partition, offset = produce(names["test_submissions"], key="foreign", value=json.dumps(submission("foreign")).encode(), partition=1)
    skipped = str(uuid.uuid5(NAMESPACE, f"{names['test_submissions']}/{partition}/{offset}"))
    summary = nothing_found(options, accepted=len(ids) + 2, in_flight=1)
    assert summary["oldest_in_flight_seconds"] is not None, summary
    nothing_found([*options, "--group", "nobody"], in_flight=1)  # that group has no positions
    move_group(prefix + "scorers", names["test_submissions"], partition, offset + 1)
    code, findings, summary = audit(*options)
    assert [(one["kind"], one["submission_id"], one["partition"], one["offset"]) for one in findings] == [("missing", skipped, partition, offset)], findings

    results = read_topic(names["test_results_ready"])
    doubled, changed = results[0], results[1]
    place = again(names["test_results_ready"], doubled)
    raw = json.loads(changed.value())["score"]["raw"]
    value = changed.value().replace(b'"raw":%d' % raw, b'"raw":%d' % (raw + 1), 1)
    other = again(names["test_results_ready"], changed, value)
    code, findings, summary = audit(*options)
    found = {(one["kind"], one["submission_id"]): one["outcome"] for one in findings}
    doubles = {headers_of(message)["ce_subject"]: at for message, at in ((doubled, place), (changed, other))}
    assert set(found) == {("missing", skipped), *(("doubled", one) for one in doubles)}, findings
    for one, (where, at) in doubles.items():
        assert found["doubled", one] == {"topic": names["test_results_ready"], "partition": where, "offset": at, "revision": 1}, found
    assert bad not in {one["submission_id"] for one in findings}

    code, findings, summary = audit(*options, "--delivery", "at-least-once")
    assert {one["kind"] for one in findings} == {"missing", "repeated"} and summary["repeated"] == 2, findings

    code, findings, summary = report("verify", *options)
    assert code == 1 and [(one["partition"], one["offset"], one["pointer"]) for one in findings] == [(*other, "/score/raw")], findings


def check_could_not_run(folder):
    for tool in ("audit", "verify"):
        done = run(tool, "--data", folder / "nowhere")
        assert done.returncode == 2 and done.stdout == "" and "nowhere" in done.stderr, done
        assert not (folder / "nowhere").exists()
        assert run(tool, "--brokers", "127.0.0.1:1").returncode == 2
    assert run("audit", "--delivery", "perhaps").returncode == 2
    assert run("audit", "--keep", "long").returncode == 2
    assert run("verify", "--sample", "0").returncode == 2


def main():
    broker.need_broker()
    with temp_folder() as folder:
        check_could_not_run(folder)
        check_embedded(folder)
    check_kafka()


if __name__ == "__main__":
    sys.exit(main())
