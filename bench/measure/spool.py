"""What an API takes while its broker is down, and how fast that goes to the log when the broker is back."""
import contextlib
import json
import os
import shutil
import subprocess
import time

import common as c
from common import b

SCRIPT = os.path.join(c.ROOT, "script/kafka")
FOLDER = os.path.join(c.WORK, "spool-kafka")
PREFIX = "bench."
TOPIC = PREFIX + "test_submissions"


def kafka(*args):
    return subprocess.run([SCRIPT, args[0], "--dir", FOLDER, *args[1:]], check=True, capture_output=True, text=True, timeout=180).stdout.strip()


@contextlib.contextmanager
def own_broker():
    """One that may be ended, in place of the broker of the other sections."""
    before, port = b.KAFKA, b.free_port()
    shutil.rmtree(FOLDER, ignore_errors=True)
    b.KAFKA = os.environ["KAFKA"] = kafka("start", "--port", str(port))
    try:
        yield port
    finally:
        b.KAFKA = os.environ["KAFKA"] = before
        kafka("stop")


def readiness(port):
    return json.loads(c.get("http://127.0.0.1:%d/readyz" % port)[1] or b"{}")


def wait(port, condition, what, limit=120):
    begun = time.time()
    while not condition(readiness(port)):
        if time.time() - begun > limit:
            raise RuntimeError("not within %d s: %s: %s" % (limit, what, readiness(port)))
        time.sleep(0.02)
    return time.time()


def outage(process, port, broker_port, connections, seconds):
    stored = b.settled_hwm(TOPIC)
    kafka("stop", "--keep", "--kill")
    wait(port, lambda r: r.get("status") == "spooling", "spooling")
    c.wrk(port, connections, 2)
    others, before = b.quiet(20), readiness(port)["spool_records"]
    cpu = b.cpu_of(process.pid)
    row, _ = c.wrk(port, connections, seconds)
    taken_cpu = b.cpu_of(process.pid) - cpu
    kept = readiness(port)["spool_records"]
    folder_bytes = readiness(port)["spool_bytes"]
    kafka("start", "--port", str(broker_port))
    begun = wait(port, lambda r: r.get("spool_records", kept) < kept, "the drain begins")
    cpu = b.cpu_of(process.pid)
    ended = wait(port, lambda r: r.get("spool_records") == 0, "drained")
    drain_cpu = b.cpu_of(process.pid) - cpu
    missing = stored + kept - b.settled_hwm(TOPIC)
    return {"connections": connections, "rate": row["ok"] / (row["us"] / 1e6), "p50": row["p50"] / 1e3, "p99": row["p99"] / 1e3,
            "refused": row["non2xx"] + row["connect"] + row["read"] + row["write"] + row["timeout"],
            "unkept": max(0, row["ok"] - (kept - before)), "cpu_us": 1e6 * taken_cpu / max(1, row["ok"]), "kept": kept,
            "bytes": folder_bytes, "drain": kept / max(0.001, ended - begun), "drain_cpu_us": 1e6 * drain_cpu / kept, "missing": max(0, missing),
            "others": others}


def measure(options):
    rows = []
    for connections in (64, 1024):
        with own_broker() as broker_port, c.folder() as data, c.gradesvc_api(PREFIX, data, c.ALGEBRA) as (process, port):
            c.wrk(port, 64, 1)
            row = outage(process, port, broker_port, connections, 4 if options.quick else 10)
            b.log("spool", row)
            rows.append(row)
    return rows


def table(rows):
    yield "## Broker away"
    yield ""
    yield ("The body of accepted submissions, sent to an API whose broker is killed; each answer is sent once its submission is fsynced. "
           "Then the broker starts again, and the spool is drained.")
    yield ""
    yield "| connections | accepted/s | p50 ms | p99 ms | CPU µs/request | spooled | drained/s | CPU µs each | refused, missing |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for r in rows:
        yield "| %d | **%.0f** | %.1f | %.1f | %.0f | %d (%.0f MiB) | **%.0f** | %.0f | %d, %d |" % (
            r["connections"], r["rate"], r["p50"], r["p99"], r["cpu_us"], r["kept"], r["bytes"] / 2**20, r["drain"], r["drain_cpu_us"],
            r["refused"] + r["unkept"], r["missing"])
