"""The process dies at each of its fault points in turn, at the first pass and at a later one. Started again, it finishes: every
202 has one outcome, nothing is doubled, each user's results are in order and equal those of a run in which nothing died."""
import concurrent.futures
import contextlib
import http.client
import json
import os
import re
import signal
import sqlite3
import sys
import time
from collections import Counter

from broker import BROKER, headers_of, need_broker, read_topic
from service import FAULTY, PATIENCE, ROOT, Service, submission, temp_folder, unique_prefix

WAVES, USERS, EACH = 5, 3, 2  # so often, so many users submit so much and wait for the results
LATER = 3                     # the later pass; tried at points that the whole run passes more often
ELSEWHERE = {"spool": "test_spool.py", "dlq": "test_dlq.py"}  # rooms whose points need more than these scenarios, and the test that has it
POINT = re.compile(r'faults::point\("([a-z_]+\.[a-z_]+)"\)')


def points_in_sources():
    found = Counter(name for source in (ROOT / "src").rglob("*.[ch]pp") for name in POINT.findall(source.read_text()))
    assert found and set(found.values()) == {1}, f"a name stands once: {found.most_common(3)}"
    return set(found)


class Victim(Service):
    """A service that may die once, by its fault, at any moment; it is started again without."""

    def __init__(self, *options, fault=None, trace=None, **more):
        super().__init__(*options, faults={"GRADESVC_FAULT": fault} if fault else {"GRADESVC_FAULT_TRACE": str(trace)}, **more)
        self.fault, self.deaths = fault, 0

    def died(self):
        """Whether this was the death that is wanted; then the fault is gone."""
        if not self.fault or self.deaths or self.process is None or self.process.poll() != -signal.SIGKILL:
            return False
        self.deaths, self.faults = 1, {}
        return True

    def start(self):
        try:
            super().start()
        except (AssertionError, OSError):
            if not self.died():
                raise
            super().start()

    def print_log(self):
        if self.process.poll() != -signal.SIGKILL:
            super().print_log()

    def revive(self):
        code = self.process.poll()
        if code is None:
            return
        assert self.died(), f"ended with {code}"
        super().start()

    def end(self):
        """SIGTERM; a death meanwhile is followed by a life that ends well."""
        self.process.send_signal(signal.SIGTERM)
        if self.wait_end() != 0:
            assert self.died(), f"ended with {self.process.returncode}"
            super().start()
            self.stop()


class Run:
    """One scenario, from an empty log on. `victim` may die at `fault`, or writes what it passes to `trace`."""

    def __init__(self, folder, fault=None, trace=None):
        self.folder, self.prefix = folder, unique_prefix()
        self.fate = {"fault": fault, "trace": trace}
        self.stack = contextlib.ExitStack()
        self.api = self.victim = None
        self.sent, self.ids = 0, {}  # number → id

    def common(self):
        return ["--brokers", BROKER, "--topic-prefix", self.prefix, "--partitions", 2]

    def enter(self, service):
        return self.stack.enter_context(service)

    def start_api(self, kind=Service, **fate):
        self.api = self.enter(kind("--role", "api", *self.common(), "--tests", ROOT / "config/tests", data=self.folder / "api", **fate))

    def start_worker(self, name, *options, kind=Service, **fate):
        return self.enter(kind("--role", "worker", *self.common(), "--instance", name, *options, "--threads", 2, data=self.folder / "worker", api=False, **fate))

    def until(self, ask):
        """What came of asking the API, however often it had to be started again meanwhile."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.victim.revive()
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                answer = ask()
                if answer:
                    return answer
            time.sleep(0.01)
        raise AssertionError(f"{self.victim.fault}: no answer in time")

    def wave(self):
        numbers = range(self.sent, self.sent + USERS * EACH)
        for number in numbers:
            one = submission(f"user-{number % USERS}", f"{number % 32:05b}", submission_key=f"key-{number}")
            self.ids[number] = self.until(lambda one=one: self.accepted(one))
        self.sent = numbers.stop
        for number in numbers:
            self.until(lambda id=self.ids[number]: self.settled(id))

    def accepted(self, one):
        answer = self.api.submit(one)
        if answer.status == 503:
            return None
        assert answer.status == 202, answer
        return answer.json["submission_id"]

    def settled(self, one):
        answer = self.api.get(f"/v1/submissions/{one}?wait=1")
        return answer.status == 200 and answer.json["status"] != "accepted"


# Scenarios. Each leaves the log at rest -------------------------------------------------------------------------------------------


def embedded(run):
    run.api = run.victim = run.enter(Victim("--partitions", 2, "--threads", 2, data=run.folder / "all", **run.fate))
    for _ in range(WAVES):
        run.wave()
    run.victim.end()


def embedded_outcomes(run):
    with contextlib.closing(sqlite3.connect(run.folder / "all/log.db")) as log:
        rows = log.execute("SELECT t.name, r.value FROM topics t JOIN partitions p ON p.topic = t.id JOIN records r ON r.id >> 40 = p.slot "
                           "WHERE t.name IN ('test_results_ready', 'test_submissions.dlq') ORDER BY r.id")
        return [(name, json.loads(value), None) for name, value in rows]


def worker(run, *options):
    run.start_api()
    run.victim = run.start_worker("victim", *options, kind=Victim, **run.fate)
    for _ in range(WAVES):
        run.wave()
    run.victim.end()


def at_least_once(run):
    worker(run, "--delivery", "at-least-once")


def api(run):
    run.start_api(Victim, **run.fate)
    run.victim = run.api
    run.start_worker("worker")
    for _ in range(WAVES):
        run.wave()
    run.victim.end()


def rebalance(run):
    run.start_api()
    run.victim = run.start_worker("victim", kind=Victim, **run.fate)
    run.wave()
    other = run.start_worker("other")
    run.wave()
    other.stop()
    run.wave()
    run.victim.end()


def kafka_outcomes(run):
    return [(topic, json.loads(message.value()), headers_of(message)["ce_id"])
            for topic in ("test_results_ready", "test_submissions.dlq") for message in read_topic(run.prefix + topic)]


# (scenario, its outcomes, every point that it passes or only those that no earlier scenario passes)
SCENARIOS = [(embedded, embedded_outcomes, True), (worker, kafka_outcomes, True), (api, kafka_outcomes, True),
             (at_least_once, kafka_outcomes, False), (rebalance, kafka_outcomes, False)]


# Checks ---------------------------------------------------------------------------------------------------------------------------


def without_times(document):
    return {name: value for name, value in document.items() if name not in ("accepted_at", "scored_at")}


def check(run, outcomes, doubles_allowed):
    """The results by submission."""
    found = {}
    for topic, document, event in outcomes:
        assert topic == "test_results_ready", f"a dead letter: {document}"
        one = (without_times(document), event)
        if found.setdefault(document["submission_id"], one) != one or not doubles_allowed:
            assert found[document["submission_id"]] is one, f"doubled: {document['submission_id']}"
    assert set(found) == set(run.ids.values()), "accepted and scored differ"
    for user in range(USERS):
        accepted = [run.ids[number] for number in range(run.sent) if number % USERS == user]
        scored = [one for one, (document, _) in found.items() if document["user_id"] == f"user-{user}"]
        assert scored == accepted, f"user-{user} is out of order"
    return {one: document for one, (document, _) in found.items()}


def play(scenario, outcomes_of, fault=None, trace=None):
    """(results, deaths)"""
    with temp_folder() as folder:
        run = Run(folder, fault, trace)
        with run.stack:
            scenario(run)
            outcomes = outcomes_of(run)
        return check(run, outcomes, scenario is at_least_once), run.victim.deaths


def undisturbed(scenario, outcomes_of):
    """(results, how often each point was passed)"""
    with temp_folder() as folder:
        trace = folder / "trace"
        results, _ = play(scenario, outcomes_of, trace=trace)
        return results, Counter(trace.read_text().split())


def try_point(name, number, scenario, outcomes_of, expected):
    begun = time.monotonic()
    fault = f"{name}:{number}"
    try:
        results, deaths = play(scenario, outcomes_of, fault=fault)
        assert deaths == 1, "it was not passed"
        assert results == expected, "the results differ from those of an undisturbed run"
    except Exception as error:
        raise AssertionError(f"{scenario.__name__}, dead at {fault}: {error}") from error
    print(f"{scenario.__name__}: {fault}: {time.monotonic() - begun:.1f} s")


def stands_elsewhere(name):
    test = ELSEWHERE.get(name.split(".")[0])
    return test and f'"{name}"' in (ROOT / "tests/e2e" / test).read_text()


def main():
    need_broker()
    assert FAULTY, "GRADESVC_FAULTY names no executable"
    wanted = set(sys.argv[1:])  # points; all by default
    sources, passed = points_in_sources(), set()
    with concurrent.futures.ThreadPoolExecutor(2) as lanes:
        runs = [lanes.submit(undisturbed, scenario, outcomes_of) for scenario, outcomes_of, _ in SCENARIOS]
        tries = []
        for (scenario, outcomes_of, every), run in zip(SCENARIOS, runs):
            expected, passes = run.result()
            for name in sorted(passes if every else set(passes) - passed):
                if not wanted or name in wanted:
                    tries += [(name, number, scenario, outcomes_of, expected) for number in ([1, LATER] if passes[name] > LATER else [1])]
            passed |= set(passes)
        assert passed <= sources, f"not in the sources: {sorted(passed - sources)}"
        missed = {name for name in sources - passed if not stands_elsewhere(name)}
        assert not missed, f"never passed: {sorted(missed)}"
        failures = [error for error in lanes.map(lambda one: failure_of(*one), tries) if error]
    assert not failures, "\n".join(map(str, failures))


def failure_of(*one):
    try:
        try_point(*one)
    except AssertionError as error:
        print(error, flush=True)
        return error
    return None


if __name__ == "__main__":
    sys.exit(main())
