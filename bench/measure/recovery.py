"""How long results stay away, and how much finished work is thrown away, when workers come, go and are killed."""
import contextlib
import os
import signal
import struct
import subprocess
import time

import common as c
from common import b

RATE = 300           # submissions a second, far less than two workers can do
BEFORE, AFTER = 6, 25  # seconds
JOB_US = 1000


class Crew:
    """Two places for workers of one thread on one log."""

    def __init__(self, prefix, state, stack):
        self.prefix, self.state, self.stack = prefix, state, stack
        self.counter = os.path.join(state, "jobs")  # of all workers, also of those that are killed

    def start(self, instance, fault=None):
        binary, env = c.GRADESVC_BENCH, {"GRADESVC_BENCH_JOB_US": str(JOB_US), "GRADESVC_BENCH_COUNT": self.counter}
        if fault:
            binary, env = c.GRADESVC_FAULTY, {"GRADESVC_FAULT": fault}
        port = b.free_port()
        process = self.stack.enter_context(c.running(c.worker_command(binary, self.prefix, self.state, port, instance, ["--threads=1"]),
                                                     env, "gradesvc-worker.log"))
        return process, port

    def start_ready(self, instance):
        process, port = self.start(instance)
        c.wait_ready(process, port)
        return process

    def jobs(self):
        with open(self.counter, "rb") as file:
            return struct.unpack("Q", file.read(8))[0]


# Each returns when it happened.


def leave(crew, _, second):
    second.send_signal(signal.SIGTERM)
    return time.time()


def join(crew, _, __):
    crew.start("third")
    return time.time()


def kill_and_stay(crew, _, second):
    second.kill()
    return time.time()


def kill_and_restart(crew, _, second):
    second.kill()
    second.wait()
    at = time.time()
    crew.start("second")
    return at


def die_inside_commit(crew, _, second):
    second.send_signal(signal.SIGTERM)
    second.wait()
    third, port = crew.start("second", fault="kafka.offsets_sent:40")
    third.wait(60)
    return time.time()


EVENTS = {  # name: (what happens, whether all workers count their jobs)
    "a worker leaves (SIGTERM)": (leave, True),
    "a worker joins": (join, True),
    "kill -9, the worker stays away": (kill_and_stay, True),
    "kill -9 inside a commit, it stays away": (die_inside_commit, False),
    "kill -9, restarted at once": (kill_and_restart, True),
}


def longest_silence(arrivals, at):
    """Of any partition, among the gaps that end after `at`."""
    last, longest = {}, 0.0
    for when, partition, _, _ in arrivals:
        if when > at and partition in last:
            longest = max(longest, when - max(last[partition], at))
        last[partition] = when
    return longest


def one(happen, counted, seconds, tails, definitions):
    prefix = c.unique("recovery") + "."
    c.topics_of(prefix)
    with contextlib.ExitStack() as stack:
        data, state = stack.enter_context(c.folder()), stack.enter_context(c.folder())
        with c.gradesvc_api(prefix, data, definitions):
            pass  # creates the topics and publishes the definition
        crew = Crew(prefix, state, stack)
        first, second = crew.start_ready("first"), crew.start_ready("second")
        n = RATE * seconds
        watcher = subprocess.Popen([b.TOOL, "watch", prefix + "test_results_ready", str(n), str(seconds + 60)], stdout=subprocess.PIPE, text=True,
                                   start_new_session=True, env={**os.environ, "KAFKA": b.KAFKA})
        b._started.append(watcher)
        pacer = b.start([b.TOOL, "pace", prefix + "test_submissions", str(n), str(RATE), tails], {}, "pace.log")
        time.sleep(BEFORE)
        at = happen(crew, first, second)
        text = watcher.communicate(timeout=seconds + 90)[0]
        b.stop(pacer, wait=5)
        b._started.remove(watcher)
        arrivals = [(float(w), int(p), int(k), int(d)) for w, p, k, d in (line.split() for line in text.splitlines())]
        results, doubled = (sum(row[i] for row in arrivals) for i in (2, 3))
        return {"n": n, "silence": longest_silence(arrivals, at), "doubled": doubled, "missing": n - (results - doubled),
                "thrown": crew.jobs() - (results - doubled) if counted else None}


def measure(options):
    tails, definitions = c.lsat_tails()
    rows = []
    for turn in range(options.rounds):
        for name, (happen, counted) in EVENTS.items():
            row = {"name": name, "round": turn, **one(happen, counted, BEFORE + AFTER, tails, definitions)}
            b.log("recovery", row)
            rows.append(row)
    return rows


def table(rows):
    yield "## Workers that come, go and die"
    yield ""
    yield ("Exactly once, two workers of one thread, %d submissions a second of %g ms each in %d partitions. Silence: the longest time after the "
           "event in which any one partition showed no result to a read_committed reader. Thrown away: jobs that were computed and whose "
           "result was not published by who computed it. The longest of %d rounds." % (
               RATE, JOB_US / 1000, c.PARTITIONS, 1 + max(r["round"] for r in rows)))
    yield ""
    yield "| event | silence s | jobs thrown away | doubled, missing of |"
    yield "|---|---|---|---|"
    for name in EVENTS:
        of = [r for r in rows if r["name"] == name]
        thrown = [r["thrown"] for r in of if r["thrown"] is not None]
        yield "| %s | **%.2f** | %s | %d, %d of %d |" % (name, max(r["silence"] for r in of), max(thrown) if thrown else "–",
                                                         sum(r["doubled"] for r in of), sum(r["missing"] for r in of), sum(r["n"] for r in of))
