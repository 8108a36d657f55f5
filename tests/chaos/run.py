"""Chaos: one API, four workers and a log of their own, clients that keep every 202, and events drawn from a seed. After each round
everything must be settled and the log must say: nothing lost, nothing doubled, order kept, dead exactly what cannot be scored.

    script/chaos [--seed S] [--rounds N | --hours H] [--events N] [--submissions N] [--kinds a,b] [--cluster | --embedded]
"""
import argparse
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import embedded_log
import faults
import kafka_log
import ledger
import schedule
import summary
from client import TEST, Acknowledged, Budget, Client
from programs import EXECUTABLE, Keeper, Program, WallClock, quiet_port
from service import PATIENCE, Server, environment, wait_until

CONNECTIONS = 12
SETTLE = 150  # seconds in which everything must be settled after a round
FAST = ["session.timeout.ms=3000", "transaction.timeout.ms=6000"]  # a dead worker is missed sooner
DEADLY = {"poison-crash": (-signal.SIGSEGV,), "poison-memory": (-signal.SIGKILL, -signal.SIGABRT), "poison-loop": (1,)}


class Chaos:
    def __init__(self, options):
        self.options = options
        self.draw = random.Random(f"{options.seed}/events")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gradesvc-chaos-"))
        self.events, self.findings = [], []
        self.book, self.acknowledged, self.budget = ledger.Ledger(), Acknowledged(), Budget()
        self.allowed = {code for kind, codes in DEADLY.items() if kind in options.weights for code in codes}
        self.brokers = self.disk = self.reader = self.keeper = None
        self.clients, self.places = [], {"front": [], "workers": [], "spares": []}
        self.began = time.monotonic()

    def programs(self):
        return [program for place in self.places.values() for program in place]

    def set_up(self):
        o = self.options
        self.clock = WallClock(self.folder)
        data = self.folder / "data"
        if "disk-full" in o.weights:
            self.disk = faults.Disk(data, 256 + o.submissions * 6 // 1000)
        port = quiet_port()
        self.api = Server(f"http://127.0.0.1:{port}")
        (self.folder / "tests").mkdir()
        (self.folder / "tests" / "chaos.json").write_text(json.dumps(TEST), encoding="utf-8")
        front = ["--listen", f"127.0.0.1:{port}", "--tests", self.folder / "tests", "--data", data]
        limit = ["--score-timeout", "5s"] if "poison-loop" in o.weights else []
        if o.log == "embedded":
            self._add("front", "all", "--role=all", "--threads", 2, *limit, *front)
        else:
            self.brokers = kafka_log.Brokers(self.folder / "kafka", 3 if o.log == "cluster" else 1)
            log = ["--brokers", self.brokers.address]
            self._add("front", "api", "--role=api", *log, *front)
            for number in range(schedule.WORKERS + schedule.SPARES):
                name = f"worker-{number + 1}"
                self._add("workers" if number < schedule.WORKERS else "spares", name, "--role=worker", *log, "--instance", name, "--threads", 1,
                          "--profile", "fast", "--admin-listen", "127.0.0.1:0", "--data", self.folder / "workers", *limit,
                          *[word for setting in FAST for word in ("--kafka", setting)])
        for program in self.places["front"] + self.places["workers"]:
            program.start()
        self.keeper = Keeper(self.programs(), "poison-memory" in o.weights)
        self.keeper.start()
        wait_until(self._ready, "ready")
        self.reader = (embedded_log.Reader(data / "log.db", self.book) if o.log == "embedded"
                       else kafka_log.Reader(self.brokers.address, self.book))
        self.reader.start()
        self.faults = faults.Faults(self.places, self.clock, self.budget, self.brokers, self.reader, self.disk, self._note, self.allowed)
        self.clients = [Client(n, port, o.seed, self.budget, self.acknowledged, alone=n == 0) for n in range(CONNECTIONS)]
        for client in self.clients:
            client.start()

    def _add(self, place, name, *options):
        self.places[place].append(Program(name, self.folder, self.clock, *options))

    def _ready(self):
        try:
            return self.api.get("/readyz").status == 200
        except OSError:
            return False

    def _note(self, event, where):
        self.events.append({"time": time.monotonic(), "kind": event.kind})
        with open(self.folder / "events.log", "a", encoding="utf-8") as file:
            file.write(f"{time.time():.3f} {event} ({where})\n")

    def round(self, number, submissions):
        events = schedule.draw_round(self.draw, self.options.weights, self.options.events, self.options.gap)
        self.budget.open(submissions, events[-1].at)
        self.faults.play(events)
        wait_until(lambda: self.budget.left == 0 and all(client.idle() for client in self.clients), "the clients have their 202s", SETTLE)
        for program in self.programs():
            self.clock.set(program.name, 0)
        begin = time.monotonic()
        self.settle()
        settled = time.monotonic()
        self.judge()
        self.book.rest()
        self.acknowledged.last = time.monotonic()
        print(f"round {number}: {len(self.events)} events, {self.acknowledged.count} acknowledged, settled within {settled - begin:.1f} s, "
              f"judged within {time.monotonic() - settled:.1f} s, {len(self.findings)} findings", flush=True)
        self.acknowledged.last = time.monotonic()

    def settle(self):
        why = "nothing is known"
        deadline = time.monotonic() + SETTLE
        while why:
            time.sleep(0.1)
            why = self._spooled() or self.reader.behind()
            if why and time.monotonic() > deadline:
                self.findings.append(f"not settled within {SETTLE} s: {why}")
                return

    def _spooled(self):
        """Why the API may still bring something; "" when it does not."""
        try:
            for line in self.api.get("/metrics").body.decode().splitlines():
                if line.startswith("gradesvc_spool_records ") and float(line.split()[1]) > 0:
                    return line
        except OSError as error:
            return f"API: {error}"
        return ""

    def judge(self):
        self.findings += self.book.judge(self.acknowledged.by_user) + self.acknowledged.findings + self.faults.findings
        for one in (self.book.findings, self.acknowledged.findings, self.faults.findings):
            one.clear()
        self._judge_ends()
        self._ask_the_api()

    def _judge_ends(self):
        """Nothing may end by itself but by what is meant to end it."""
        for program in self.programs():
            for moment, code in program.ends:
                if code not in self.allowed and not (self.disk and self.disk.was_full(moment)):
                    self.findings.append(f"{program.name} ended by itself with {code} at {moment:.3f}")

    def _ask_the_api(self):
        """Some of all, and all that cannot be scored, as the API shows them."""
        outcomes = self.book.outcomes
        asked = random.Random(len(outcomes)).sample(sorted(outcomes), min(200, len(outcomes))) + [i for i in self.book.marks if i in outcomes][-100:]
        for submission in asked:
            wanted = "scored" if outcomes[submission] is None else "failed"
            answer = self.api.get(f"/v1/submissions/{submission.hex()[:8]}-{submission.hex()[8:12]}-{submission.hex()[12:16]}-"
                                  f"{submission.hex()[16:20]}-{submission.hex()[20:]}?wait=10")
            status = answer.json.get("status")
            failure = answer.json.get("failure") or {}
            if status != wanted or failure.get("code") != outcomes[submission]:
                self.findings.append(f"the API shows {submission.hex()} as {status} {failure}, not {wanted} {outcomes[submission]}")

    def audit(self):
        """What gradesvc itself says of the log."""
        where = ["--data", self.folder / "data"] if self.options.log == "embedded" else ["--brokers", self.brokers.address]
        done = subprocess.run([EXECUTABLE, "audit", *map(str, where)], capture_output=True, text=True, timeout=300, check=False, env=environment())
        (self.folder / "audit.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode != 0:
            self.findings.append(f"gradesvc audit: exit {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")

    def play(self):
        o, number = self.options, 0
        while not self.findings and (time.monotonic() - self.began < o.hours * 3600 if o.hours else number < o.rounds):
            number += 1
            self.round(number, o.submissions // o.rounds)
        if not self.findings:
            self.audit()

    def tear_down(self, keep):
        for client in self.clients:
            client.ended.set()
        for client in self.clients:
            client.join(PATIENCE)
        for one in (self.reader, self.keeper):
            if one is not None:
                one.stop()
        for program in self.programs():
            if program.running():
                program.kill()
        if self.brokers is not None:
            self.brokers.stop(keep)
        if self.disk is not None:
            self.disk.release()

    def conclude(self):
        ends = {program.name: [code for _, code in program.ends] for program in self.programs() if program.ends}
        made = summary.make(self.options, time.monotonic() - self.began, self.events, self.acknowledged, self.book, self.findings, ends)
        (self.folder / "summary.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        print(summary.text(made), flush=True)
        return made

    def print_what_is_left(self):
        print(f"--- seed {self.options.seed}; logs in {self.folder}; the last events:")
        log = self.folder / "events.log"
        print("\n".join(log.read_text(encoding="utf-8").splitlines()[-40:]) if log.exists() else "none")
        for program in self.programs():
            print(f"--- {program.name}")
            print("\n".join(program.last_lines(15)))


def run(options):
    """The summary of a run; it has no findings when all promises held."""
    print(f"chaos: seed {options.seed}, {options.log}, {options.rounds} rounds of {options.events} events", flush=True)
    chaos = Chaos(options)
    done = False
    try:
        chaos.set_up()
        chaos.play()
        done = not chaos.findings
        return chaos.conclude()
    finally:
        if not done:
            chaos.print_what_is_left()
        chaos.tear_down(keep=not done or options.keep)
        if done and not options.keep:
            shutil.rmtree(chaos.folder, ignore_errors=True)


def parse(arguments=None):
    parser = argparse.ArgumentParser(prog="script/chaos", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000), help="of the events; default: a new one, printed")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--rounds", type=int, default=3, help="after each everything must be settled (default 3)")
    length.add_argument("--hours", type=float, default=0, help="rounds until that time is over; --submissions are then those of --rounds rounds")
    parser.add_argument("--events", type=int, default=50, help="of a round (default 50)")
    parser.add_argument("--gap", type=float, default=1.0, help="mean seconds between two (default 1)")
    parser.add_argument("--submissions", type=int, default=0, help="of all rounds; default 1000 an event")
    parser.add_argument("--kinds", default="", help="only these, separated by commas: " + ", ".join(sorted({*schedule.ON_CLUSTER, *schedule.EMBEDDED})))
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and summary.json")
    log = parser.add_mutually_exclusive_group()
    log.add_argument("--cluster", action="store_const", dest="log", const="cluster", help="three brokers instead of one")
    log.add_argument("--embedded", action="store_const", dest="log", const="embedded", help="one process on the embedded log")
    options = parser.parse_args(arguments)
    options.log = options.log or "broker"
    weights = {"cluster": schedule.ON_CLUSTER, "embedded": schedule.EMBEDDED, "broker": schedule.ON_KAFKA}[options.log]
    wanted = [kind for kind in options.kinds.split(",") if kind]
    if set(wanted) - set(weights):
        parser.error(f"--kinds: {', '.join(sorted(set(wanted) - set(weights)))}: not here; there are {', '.join(weights)}")
    options.weights = {kind: weight for kind, weight in weights.items() if not wanted or kind in wanted}
    if not faults.can_mount():
        print("disk-full is left out: it needs root", flush=True)
        options.weights.pop("disk-full", None)
    options.submissions = options.submissions or 1000 * options.events * options.rounds
    return options


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return 1 if run(parse())["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
