"""Submissions that end the process or never come to an end: whoever starts it again is all that is needed. Every good one is
scored once, each poison one becomes a dead letter that says why, and the process dies at most once for each."""
import contextlib
import http.client
import pathlib
import sqlite3
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from broker import BROKER, headers_of, need_broker, read_topic
from service import Service, submission, temp_folder, unique_prefix, wait_until
from supervised import Supervised

USERS, EACH = 60, 5
# fault → failure code, what dlq_detail names
POISON = {
    "crash": ("crashed_scorer", "SIGSEGV"),
    "abort": ("crashed_scorer", "SIGABRT"),
    "kill": ("crashed_scorer", "SIGKILL"),
    "memory": ("crashed_scorer|timed_out", ""),  # on a busy machine it takes its time to fill the memory
    "loop": ("timed_out", "6 s"),
}
WORKER = ["--threads", "2", "--score-timeout", "6s"]
MEMORY = 4 << 30  # of the whole process: the fault "memory" takes all there is


def submit(server, one):
    """Until there is a 202; the key makes a repetition the same submission."""
    def accepted():
        try:
            answer = server.ask("POST", "/v1/submissions", one)
        except (OSError, http.client.HTTPException):
            return None
        return answer if answer.status == 202 else None
    return wait_until(accepted, "a 202", 120).json["submission_id"]


def submit_all(server):
    """Ids of the good ones, and of the poison ones by fault."""
    def good(number):
        return submit(server, submission(f"good-{number % USERS}", f"{number % 32:05b}", submission_key=f"good-{number}"))

    def poison(fault):
        return submit(server, submission(f"poison-{fault}", submission_key=fault, metadata={"note": f"gs-fault-{fault}"}))

    with ThreadPoolExecutor(8) as pool:
        half = USERS * EACH // 2
        first = list(pool.map(good, range(half)))
        dead = dict(zip(POISON, pool.map(poison, POISON)))
        return first + list(pool.map(good, range(half, 2 * half))), dead


def check_outcomes(server, good, dead, worker):
    def outcome(submission_id):
        found = server.get(f"/v1/submissions/{submission_id}")
        return found.status == 200 and found.json["status"] != "accepted" and found.json

    for number, one in enumerate(good):
        found = wait_until(lambda: outcome(one), f"an outcome of good-{number}", 120)  # pylint: disable=cell-var-from-loop
        assert found["status"] == "scored", found
        assert found["result"]["score"]["raw"] == f"{number % 32:05b}".count("1"), found
    for fault, (code, detail) in POISON.items():
        failure = wait_until(lambda: outcome(dead[fault]), f"an outcome of {fault}", 120)["failure"]  # pylint: disable=cell-var-from-loop
        assert failure["code"] in code.split("|") and detail in failure["detail"] and failure["attempts"] == 3, (fault, failure)
    deaths = len(worker.ends)
    print(f"deaths of the process: {deaths} {worker.ends}, of children: {len(worker.all_events('a suspect ended its scorer'))}")
    # A client whose connection broke submits again: the log may have a poison record twice.
    quarantined = worker.all_events("quarantined")
    assert len(POISON) <= len(quarantined) <= 2 * len(POISON), quarantined
    assert 1 <= deaths <= len(quarantined), worker.ends
    assert len(worker.all_events("a suspect ended its scorer")) >= 3 * len(quarantined)
    assert worker.all_events("partitions were left without a clean end: suspects are scored apart")


def embedded_counts(data, topic):
    with contextlib.closing(sqlite3.connect(data / "log.db")) as log:
        return log.execute("SELECT COUNT(*) FROM topics t JOIN partitions p ON p.topic = t.id JOIN records r ON r.id >> 40 = p.slot "
                           "WHERE t.name = ?", (topic,)).fetchone()[0]


def check_embedded():
    with temp_folder() as folder, Supervised(*WORKER, data=folder / "data", faults={}, memory=MEMORY) as service:
        good, dead = submit_all(service)
        check_outcomes(service, good, dead, service)
        service.stopping.set()
        service.supervisor.join()
        service.stop()
        assert embedded_counts(folder / "data", "test_results_ready") == len(good)
        assert embedded_counts(folder / "data", "test_submissions.dlq") == len(dead)


def check_kafka():
    need_broker()
    prefix = unique_prefix()
    kafka = ["--brokers", BROKER, "--topic-prefix", prefix, "--partitions", "3"]
    with Service("--role=api", *kafka, "--tests", "config/tests") as api, \
            Supervised("--role=worker", *kafka, "--instance", "supervised", *WORKER, api=False, faults={}, memory=MEMORY) as worker:
        good, dead = submit_all(api)
        check_outcomes(api, good, dead, worker)
        results = Counter(headers_of(record)["ce_subject"] for record in read_topic(prefix + "test_results_ready"))
        assert results == Counter(good), results.most_common(3)
        letters = {headers_of(record)["ce_subject"]: headers_of(record) for record in read_topic(prefix + "test_submissions.dlq")}
        assert sorted(letters) == sorted(dead.values())
        for fault, (code, _) in POISON.items():
            headers = letters[dead[fault]]
            assert headers["dlq_reason"] in code.split("|") and headers["dlq_worker"] == "supervised" and headers["dlq_attempts"] == "3", headers


def noted_attempts(data):
    with contextlib.closing(sqlite3.connect(f"file:{data / 'log.db'}?mode=ro", uri=True)) as log:
        notes = [bytes(note).decode() if isinstance(note, bytes) else note for (note,) in log.execute("SELECT note FROM positions")]
    return [note for note in notes if ":r=" in note]


def check_attempts_survive():
    """A submission that throws is tried five times in all, however often the process dies in between."""
    failed = 0
    with temp_folder() as folder:
        with Service(data=folder / "data", faults={}) as service:
            one = submit(service, submission("ann", metadata={"note": "gs-fault-throw"}))
            wait_until(lambda: any(":r=0,3" in note for note in noted_attempts(folder / "data")), "three attempts noted")
            service.kill()
            failed += len(service.events("scoring failed"))
        with Service(data=folder / "data", faults={}) as service:
            failure = service.result(one, "failed")["failure"]
            assert failure["code"] == "retries_exhausted" and failure["attempts"] == 5, failure
            failed += len(service.events("scoring failed"))
            assert len(service.events("retries exhausted")) == 1
            assert service.metric("gradesvc_submissions_failed_total", reason="retries_exhausted") == 1
            assert service.metric("gradesvc_suspects_scored_total") == 0  # it was one, but was never scored
        assert failed == 5, failed


def children_of(pid):
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def check_child_ends_with_parent():
    with temp_folder() as folder:
        options = {"data": folder / "data", "faults": {}}
        with Service("--threads", "1", **options) as service:
            submit(service, submission("ann", metadata={"note": "gs-fault-loop"}))
            wait_until(lambda: service.metric("gradesvc_in_flight_records") == 1, "the loop")
            service.kill()
        with Service("--threads", "1", **options) as service:
            child = wait_until(lambda: children_of(service.process.pid), "a child that scores the suspect")[0]
            # Others are scored meanwhile, by a thread that stands in.
            service.result(submit(service, submission("bob")))
            service.kill()
            wait_until(lambda: not pathlib.Path(f"/proc/{child}").exists(), "the end of the child")


def main():
    for check in (check_attempts_survive, check_child_ends_with_parent, check_embedded, check_kafka):
        begin = time.monotonic()
        check()
        print(f"{check.__name__}: {time.monotonic() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
