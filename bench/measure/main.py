"""Run by bench/run: measures the wanted sections and writes bench/RESULTS.md."""
import argparse
import json
import os
import re
import sys
import time

import common as c
from common import b

import accept
import audit
import delivery
import engine
import footprint
import latency
import pace
import readmodel
import recovery
import spool
import worker

SECTIONS = {  # name: (measure, table)
    "accept": (accept.measure, accept.table),
    "worker": (worker.measure_results, worker.table_results),
    "jobs": (worker.measure_jobs, worker.table_jobs),
    "latency": (latency.measure, latency.table),
    "delivery": (delivery.measure, delivery.table),
    "recovery": (recovery.measure, recovery.table),
    "pace": (pace.measure, pace.table),
    "spool": (spool.measure, spool.table),
    "readmodel": (readmodel.measure, readmodel.table),
    "audit": (audit.measure, audit.table),
    "footprint": (footprint.measure, footprint.table),
    "engine": (engine.measure, engine.table),
}


def versions():
    mod = open(os.path.join(b.HERE, "go/go.mod"), encoding="utf-8").read()
    lock = open(os.path.join(b.HERE, "rust/Cargo.lock"), encoding="utf-8").read()
    rust = [re.search(r'name = "%s"\nversion = "([^"]+)"' % name, lock) for name in ("axum", "rdkafka")]
    yield b.out(c.GRADESVC, "--version")
    yield "Apache Kafka " + os.environ.get("BROKER_VERSION", "?")
    yield "librdkafka " + b.out("dpkg-query", "-W", "-f", "${Version}", "librdkafka1")
    yield b.out("g++", "--version").splitlines()[0]
    yield b.out("go", "version").replace("go version ", "") + ", franz-go " + re.search(r"franz-go (v\S+)", mod)[1]
    yield b.out("rustc", "--version") + ", axum %s, rdkafka %s" % tuple(found[1] for found in rust)
    yield b.out("wrk", "-v").splitlines()[0].split(" Copyright")[0]


def machine():
    cpu = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo", encoding="utf-8").read())
    system = re.search(r'PRETTY_NAME="(.*)"', open("/etc/os-release", encoding="utf-8").read())
    memory = re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo", encoding="utf-8").read())
    return "%d cores (%s), %.0f GiB, %s, shared by the program, the load and the one broker (replication 1)" % (
        b.CORES, cpu[1] if cpu else "?", int(memory[1]) / 2**20, system[1] if system else "?")


def write_results(kept):
    path = os.path.join(c.ROOT, "bench/RESULTS.md")
    with open(path, encoding="utf-8") as file:  # the lines of sections that were measured elsewhere stay
        parts = {part.splitlines()[0]: part.rstrip() for part in re.split(r"^(?=## )", file.read(), flags=re.M)[1:]}
    for name, (_, table) in SECTIONS.items():
        if name in kept:
            lines = list(table(kept[name]["rows"]))
            parts[lines[0]] = "\n".join([*lines, "", "Measured %s%s." % (kept[name]["when"], ", a short look" if kept[name]["quick"] else "")])
    head = ["# gradesvc, measured", "", "Written by `bench/run`; `bench/run --quick accept` for a short look at one part.", "",
            "- machine: " + machine(), "- versions: " + "; ".join(versions()),
            "- others: cores used in the window by none of the programs of the run, in %"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n\n".join(["\n".join(head), *parts.values()]) + "\n")
    b.log("written:", path)


def main():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=1_000_000, help="scored submissions of the parts readmodel and audit")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--no-rust", dest="rust", action="store_false")
    options = parser.parse_args()
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error("no such section: " + ", ".join(sorted(unknown)))
    path = os.path.join(c.WORK, "rows.json")
    failed = []

    def run():
        kept = json.load(open(path, encoding="utf-8")) if os.path.exists(path) else {}
        for name in options.sections or SECTIONS:
            try:
                rows = SECTIONS[name][0](options)
            except Exception as error:  # one part's failure is not the end of the others
                b.log("FAILED", name, repr(error))
                failed.append(name)
                continue
            kept[name] = {"when": time.strftime("%Y-%m-%d %H:%M %Z"), "quick": options.quick, "rows": rows}
            with open(path, "w", encoding="utf-8") as file:
                json.dump(kept, file, indent=1)
        write_results(kept)

    b.main(run)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
