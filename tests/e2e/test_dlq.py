"""Dead letters: listed by cause, shown, replayed and discarded, on Kafka and on the embedded log."""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid

import confluent_kafka

import broker
from broker import BROKER, read_topic
from service import GRADESVC, PATIENCE, Service, environment, run, temp_folder, unique_prefix, wait_until

FAULTY = os.environ["GRADESVC_FAULTY"]
NAMESPACE = uuid.UUID("6f2a3c1e-6d0b-5d5e-9a55-0c1f6a7d9b10")


def definition(test_id):
    return {"test_id": test_id, "items": [{"item_id": "q1", "correct": "A"}]}


def answers_of(user, test_id):
    return {"user_id": user, "test_id": test_id, "answers": {"q1": "A"}}


class Kafka:
    """The log of a service on the broker of the tests; it may run all the time."""
    stops = False

    def __init__(self):
        self.prefix = unique_prefix()
        self.options = ["--brokers", BROKER, "--topic-prefix", self.prefix]
        self.service_options = [*self.options, "--partitions", "2", "--admin-listen", "off"]

    def where(self, _):
        return self.options

    def topic(self, name):
        return self.prefix + name

    def produce(self, _, name, value, key=None, headers=None, partition=None):
        outcome = []
        producer = confluent_kafka.Producer({"bootstrap.servers": BROKER, "partitioner": "murmur2_random"})
        more = {} if partition is None else {"partition": partition}
        producer.produce(self.topic(name), value, key=key, headers=headers, on_delivery=lambda e, m: outcome.append((e, m)), **more)
        assert producer.flush(PATIENCE) == 0 and outcome[0][0] is None, outcome
        return outcome[0][1].partition(), outcome[0][1].offset()

    def records(self, _, name):
        return [(m.partition(), m.offset(), m.key(), m.value(), [(n, v or b"") for n, v in m.headers() or []]) for m in read_topic(self.topic(name))]


class Embedded:
    """The log in a data folder; only one process may write it at a time."""
    stops = True
    prefix = ""
    service_options = ["--partitions", "2"]

    def where(self, service):
        return ["--data", service.data]

    def topic(self, name):
        return name

    def _open(self, service):
        return contextlib.closing(sqlite3.connect(service.data / "log.db"))

    def produce(self, service, name, value, key=None, headers=None, partition=0):
        """As a writer of the log does; the service does not run."""
        blob = b""
        for header, text in headers or []:
            for part in (header.encode(), text):
                size = len(part)
                while size >= 0x80:
                    blob, size = blob + bytes([size & 0x7F | 0x80]), size >> 7
                blob += bytes([size]) + part
        with self._open(service) as db:
            slot, = db.execute("SELECT slot FROM partitions JOIN topics t ON t.id = topic WHERE name = ? AND partition = ?", (name, partition or 0)).fetchone()
            last, = db.execute("SELECT max(id) FROM records WHERE id >= ? AND id < ?", (slot << 40, (slot + 1) << 40)).fetchone()
            row = (slot << 40) if last is None else last + 1
            db.execute("INSERT INTO records (id, time, key, headers, value) VALUES (?, ?, ?, ?, ?)", (row, int(time.time() * 1000), key, blob, value))
            db.commit()
        return partition or 0, row & ((1 << 40) - 1)

    def records(self, service, name):
        with self._open(service) as db:
            rows = db.execute("SELECT p.partition, r.id, r.key, r.value, r.headers FROM records r JOIN partitions p ON r.id >> 40 = p.slot "
                              "JOIN topics t ON t.id = p.topic WHERE t.name = ? ORDER BY r.id", (name,)).fetchall()
        return [(partition, row & ((1 << 40) - 1), key, value, self._headers(blob)) for partition, row, key, value, blob in rows]

    @staticmethod
    def _headers(blob):
        parts, at = [], 0
        while at < len(blob):
            size = shift = 0
            while True:
                byte, at = blob[at], at + 1
                size, shift = size | (byte & 0x7F) << shift, shift + 7
                if byte < 0x80:
                    break
            parts, at = [*parts, bytes(blob[at:at + size])], at + size
        return [(name.decode(), value) for name, value in zip(parts[::2], parts[1::2])]


@contextlib.contextmanager
def stopped(log, service):
    """Whatever needs the log for itself."""
    if log.stops:
        service.stop()
    try:
        yield
    finally:
        if log.stops:
            service.start()


def dlq(log, service, *arguments, code=0, binary=GRADESVC, **variables):
    done = subprocess.run([binary, "dlq", arguments[0], *map(str, log.where(service)), "--format", "json", *map(str, arguments[1:])], capture_output=True, text=True,
                          timeout=PATIENCE, check=False, env={**environment(), **variables})
    assert done.returncode == code, done
    return json.loads(done.stdout) if done.stdout else None


def causes(log, service, *filters):
    return {cause["reason"]: cause for cause in dlq(log, service, "list", *filters)["causes"]}


def wait_for_letters(log, service, reason, count):
    return wait_until(lambda: causes(log, service).get(reason, {"open": 0})["open"] >= count and causes(log, service)[reason], f"{count} {reason}")


def header_dict(record):
    return {name: value.decode() for name, value in record[4]}


def outcomes(log, service, submission_id):
    return [header_dict(r)["ce_id"] for r in log.records(service, "test_results_ready") if header_dict(r)["ce_subject"] == submission_id]


def check_story(log, service):
    """Submissions of a test that comes too late: dead letters, then scored, each once and in order."""
    with stopped(log, service):
        places = [log.produce(service, "test_submissions", json.dumps(answers_of("u-1", "late")).encode(), b"u-1", partition=1) for _ in range(3)]
    ids = [str(uuid.uuid5(NAMESPACE, f"{log.topic('test_submissions')}/{partition}/{offset}")) for partition, offset in places]
    cause = wait_for_letters(log, service, "unknown_test", 3)
    assert (cause["open"], cause["replayed"], cause["discarded"]) == (3, 0, 0), cause
    assert cause["tests"] == [{"test_id": "late", "open": 3}] and cause["example"]["submission_id"] in ids, cause
    assert 0 <= cause["newest_age_s"] <= cause["oldest_age_s"] < PATIENCE, cause
    before = [service.result(i, "failed") for i in ids]
    assert before[0]["failure"]["code"] == "unknown_test" and before[0]["result"] is None, before[0]
    shown, = dlq(log, service, "show", ids[0])
    assert shown["state"] == "open" and json.loads(shown["body"]) == answers_of("u-1", "late") and shown["key"] == "u-1", shown
    assert shown["origin"] == {"topic": log.topic("test_submissions"), "partition": str(places[0][0]), "offset": str(places[0][1])}, shown
    assert shown["attempts"] == "1" and {"name": "dlq_reason", "value": "unknown_test"} in shown["headers"], shown

    answer = service.ask("PUT", "/v1/tests/late", definition("late"))
    assert answer.status == 201, answer
    with stopped(log, service):
        assert dlq(log, service, "replay", "--reason", "unknown_test", "--dry-run") == {
            "dry_run": True, "selected": 3, "replayed": 0, "not_replayable": 0, "settled_before": 0}
        assert dlq(log, service, "replay", "--reason", "malformed")["selected"] == 0
        assert dlq(log, service, "replay", "--reason", "unknown_test")["replayed"] == 3
        assert dlq(log, service, "replay", "--all") == {"dry_run": False, "selected": 0, "replayed": 0, "not_replayable": 0, "settled_before": 3}
    for submission_id, old in zip(ids, before):
        new = wait_until(lambda i=submission_id: (found := service.get(f"/v1/submissions/{i}").json)["status"] == "scored" and found, "scored")
        assert new["failure"] is None and new["accepted_at"] == old["accepted_at"], (old, new)
        result = new["result"]
        assert (result["revision"], result["reason"], result["final"], result["score"]["raw"]) == (2, "replay", True, 1), result
        assert result["accepted_at"] == old["accepted_at"] and result["submission_id"] == submission_id, result
        assert outcomes(log, service, submission_id) == [f"{submission_id}/2"]
    results = [r for r in log.records(service, "test_results_ready") if header_dict(r)["ce_subject"] in ids]
    assert [header_dict(r)["ce_subject"] for r in results] == ids and {r[0] for r in results} == {1}
    letters = [r for r in log.records(service, "test_submissions.dlq") if header_dict(r)["ce_type"].endswith("failed.v1")]
    assert [header_dict(r)["dlq_replay"] for r in results] == [f"{r[0]}/{r[1]}" for r in letters]
    cause = causes(log, service)["unknown_test"]
    assert (cause["open"], cause["replayed"]) == (0, 3) and cause["oldest_age_s"] is None and cause["example"] is None, cause
    assert dlq(log, service, "show", ids[0])[0]["state"] == "replayed"


def check_fails_again(log, service):
    """A replay that fails is a dead letter of its own; the submission stays failed."""
    with stopped(log, service):
        log.produce(service, "test_submissions", json.dumps({**answers_of("u-2", "never"), "submission_key": "k"}).encode())
    cause = wait_for_letters(log, service, "unknown_test", 1)
    submission_id = cause["example"]["submission_id"]
    with stopped(log, service):
        assert dlq(log, service, "replay", submission_id)["replayed"] == 1
    cause = wait_until(lambda: (found := causes(log, service)["unknown_test"])["replayed"] == 4 and found["open"] == 1 and found, "dead again")
    first, second = dlq(log, service, "show", submission_id)
    assert (first["state"], second["state"]) == ("replayed", "open"), (first, second)
    assert second["replay_of"] == f"{first['partition']}/{first['offset']}" and second["body"] == first["body"]
    assert service.get(f"/v1/submissions/{submission_id}").json["status"] == "failed"

    done = run("dlq", "discard", *log.where(service), submission_id)
    assert done.returncode == 2 and "--because" in done.stderr, done
    with stopped(log, service):
        found = dlq(log, service, "discard", f"{second['partition']}/{second['offset']}", "--because", "no such test")
        assert found["discarded"] == 1, found
        assert dlq(log, service, "replay", submission_id)["replayed"] == 0
        dlq(log, service, "discard", str(uuid.uuid4()), "--because", "x", code=1)
    assert causes(log, service, "--test", "never")["unknown_test"]["discarded"] == 1
    assert causes(log, service, "--test", "no-such") == {}
    second = dlq(log, service, "show", submission_id)[1]
    assert second["state"] == "discarded" and second["because"] == "no such test", second
    assert service.result(submission_id, "failed")["failure"]["code"] == "unknown_test"


def check_killed_between(log, service):
    """A replay that is killed before its mark stands is done again, after it is not; its submission is scored once."""
    with stopped(log, service):
        log.produce(service, "test_submissions", json.dumps(answers_of("u-3", "killed")).encode(), b"u-3")
    cause = wait_until(lambda: causes(log, service, "--test", "killed").get("unknown_test"), "a dead letter")
    submission_id = cause["example"]["submission_id"]
    assert service.ask("PUT", "/v1/tests/killed", definition("killed")).status == 201
    with stopped(log, service):
        dlq(log, service, "replay", submission_id, code=-signal.SIGKILL, binary=FAULTY, GRADESVC_FAULT="dlq.republished")
        assert causes(log, service, "--test", "killed")["unknown_test"]["open"] == 1
        dlq(log, service, "replay", submission_id, code=-signal.SIGKILL, binary=FAULTY, GRADESVC_FAULT="dlq.marked")
        assert dlq(log, service, "replay", submission_id)["replayed"] == 0
    wait_until(lambda: service.get(f"/v1/submissions/{submission_id}").json["status"] == "scored", "scored")
    marker = service.submit(answers_of("u-3", "killed")).json["submission_id"]  # behind both replays in the order of its user
    service.result(marker)
    assert outcomes(log, service, submission_id) == [f"{submission_id}/2"]


def check_hostile(log, service):
    """Whatever other producers put on the topic is shown, can be discarded, and harms nothing."""
    huge = b"x" * 100_000
    subject = str(uuid.uuid4()).encode()
    hostile = [
        (b"", None, []),
        (b"\xff\xfe\x00", b"\x00\xff", [("ce_subject", b"\xff"), ("dlq_reason", b"\x1b[31m"), ("dlq_detail", huge)]),
        (b'{"test_id":7}', None, [("ce_subject", subject), ("dlq_reason", huge), ("dlq_partition", b"-4"), ("dlq_replay", b"x/y")]),
    ]
    marks = [[("ce_type", b"org.gradesvc.submission.replayed.v1"), ("ce_subject", subject), ("dlq_replayed", where)] for where in (b"1/999999", b"x", b"-1/-5", b"")]
    with stopped(log, service):
        places = [log.produce(service, "test_submissions.dlq", value, key, headers, partition=0) for value, key, headers in hostile]
        for headers in marks:
            log.produce(service, "test_submissions.dlq", b"{}", None, headers, partition=0)
    listed = dlq(log, service, "list")
    assert listed["open"] == 3, listed
    text = run("dlq", "list", *log.where(service)).stdout
    assert "\x1b" not in text and "\\x1b[31m" in text, text
    shown = [dlq(log, service, "show", f"{partition}/{offset}")[0] for partition, offset in places]
    assert shown[1]["key_base64"] == "AP8=" and shown[1]["body_base64"] == "//4A" and len(shown[1]["detail"]) == len(huge), shown[1]
    for partition, offset in places:
        done = run("dlq", "show", *log.where(service), f"{partition}/{offset}")
        assert done.returncode == 0 and "\x1b" not in done.stdout, done
    with stopped(log, service):
        found = dlq(log, service, "replay", f"{places[0][0]}/{places[0][1]}", code=1)
        assert found["not_replayable"] == 1 and found["replayed"] == 0, found
        assert dlq(log, service, "discard", "--all", "--because", "not ours")["discarded"] == 3
    assert dlq(log, service, "list")["open"] == 0
    assert service.get("/readyz").status == 200


def check_use(folder):
    """Wrong use and surroundings: exit 2, nothing made."""
    with Service() as service:
        data = ["--data", service.data]
        done = run("dlq", "replay", *data, "--all")
        assert done.returncode == 2 and "stop that service" in done.stderr and str(service.process.pid) in done.stderr, done
        assert run("dlq", "list", *data).stdout == "no dead letters\n"
        done = subprocess.run([GRADESVC, "dlq", "list"], capture_output=True, text=True, timeout=PATIENCE, check=False,
                              env={**environment(), "GRADESVC_DATA": str(service.data), "GRADESVC_LISTEN": "127.0.0.1:1"})
        assert done.stdout == "no dead letters\n", done
        config = folder / "gradesvc.toml"
        config.write_text(f'data = "{service.data}"\nlisten = "127.0.0.1:0"\n')
        assert run("dlq", "list", "--config", config).stdout == "no dead letters\n"
        config.write_text("no-such = 1\n")
        for arguments, names in [(["replay", *data], "--all"), (["replay", *data, "--all", "--test", "t"], "--all"), (["replay", *data, "x", "--all"], "--all"),
                                 (["replay", *data, "--all", "--rate", "0"], "--rate"), (["discard", *data, "--all", "--because", " "], "--because"),
                                 (["list", *data, "--config", config], "no-such"), (["list", *data, "--kafka", "linger.ms=1"], "--brokers"),
                                 (["list", *data, "--group="], "--group"), (["list", *data, "--listen", "x"], "--listen"), ([], "ubcommand")]:
            done = run("dlq", *arguments)
            assert done.returncode == 2 and names in done.stderr and done.stdout == "", (arguments, done)
    before = sorted(os.listdir(folder))
    for command in (["list"], ["show", str(uuid.uuid4())], ["replay", "--all"], ["discard", "--all", "--because", "x"]):
        done = run("dlq", *command, "--data", folder / "none")
        assert done.returncode == 2 and "log.db" in done.stderr, done
    assert sorted(os.listdir(folder)) == before
    begin = time.monotonic()
    done = run("dlq", "list", "--brokers", "127.0.0.1:1")
    assert done.returncode == 2 and "127.0.0.1:1" in done.stderr and time.monotonic() - begin < 30, done
    done = run("dlq", "list", "--brokers", BROKER, "--topic-prefix", unique_prefix())
    assert done.returncode == 2 and "test_submissions" in done.stderr, done


def main():
    broker.need_broker()
    with temp_folder() as folder:
        check_use(folder)
    for log in (Embedded(), Kafka()):
        with Service(*log.service_options) as service:
            check_story(log, service)
            check_fails_again(log, service)
            check_killed_between(log, service)
            check_hostile(log, service)


if __name__ == "__main__":
    sys.exit(main())
