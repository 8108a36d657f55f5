"""From a submission to its result at 70 % of what a scoring thread can do, and beside a user with a long queue."""
import json
import os
import subprocess
import time

import common as c
from common import b

SHARE = 0.7
QUEUE = 10_000
ASKED = 30  # submissions of the other user
QUEUE_JOB_US = 1000


def at_share(job_us, seconds, tails, definitions):
    prefix = c.unique("pace") + "."
    c.topics_of(prefix)
    rate = int(SHARE * 1e6 / job_us)
    with c.folder() as data, c.folder() as state, c.gradesvc_api(prefix, data, definitions) as (_, port), \
            c.gradesvc_worker(prefix, state, c.GRADESVC_BENCH, {"GRADESVC_BENCH_JOB_US": str(job_us)}, options=["--threads=1"]):
        b.quiet(20)
        text = subprocess.run(
            [c.LATENCY, "-url", "http://127.0.0.1:%d" % port, "-results", prefix + "test_results_ready", "-rate", str(rate),
             "-seconds", str(seconds), "-tails", tails],
            env={**os.environ, "KAFKA": b.KAFKA}, check=True, capture_output=True, text=True, timeout=seconds + 120).stdout
    return {"kind": "share", "job_us": job_us, **json.loads(text)}


def waits(port, tails):
    """Milliseconds from the request to the result, one submission after the other."""
    found = []
    for i in range(ASKED):
        begun = time.time()
        status, body = b.http(port, "POST", "/v1/submissions", ('{"user_id":"somebody-else",' + tails[i % len(tails)]).encode())
        if status != 202:
            raise RuntimeError("%d %s" % (status, body))
        while json.loads(c.get("http://127.0.0.1:%d%s?wait=10" % (port, json.loads(body)["status_url"]), timeout=20)[1])["status"] == "accepted":
            pass
        found.append(1000 * (time.time() - begun))
    return found


def beside_a_queue(tails, definitions):
    """One partition, one scoring thread for each core: the other user's waits without and with the queue before him."""
    prefix = c.unique("queue") + "."
    c.topics_of(prefix)
    with open(tails, encoding="utf-8") as file:
        bodies = file.read().splitlines()
    with c.folder() as data, c.folder() as state, c.gradesvc_api(prefix, data, definitions, partitions=1) as (_, port), \
            c.gradesvc_worker(prefix, state, c.GRADESVC_BENCH, {"GRADESVC_BENCH_JOB_US": str(QUEUE_JOB_US)}) as (_, admin):
        waits(port, bodies)  # warm
        alone = waits(port, bodies)
        c.tool("pace", prefix + "test_submissions", QUEUE, 0, tails, "one-user")
        beside = waits(port, bodies)
        left = sum(float(line.rsplit(" ", 1)[1]) for line in c.get("http://127.0.0.1:%d/metrics" % admin)[1].decode().splitlines()
                   if line.startswith("gradesvc_in_flight_records "))
    return {"kind": "queue", "alone": sorted(alone), "beside": sorted(beside), "left": left}


def measure(options):
    tails, definitions = c.lsat_tails()
    rows = []
    for turn in range(options.rounds):
        for job_us in (1000, 5000, 20_000):
            rows.append({"round": turn, **at_share(job_us, 5 if options.quick else 20, tails, definitions)})
            b.log("pace", rows[-1])
        rows.append({"round": turn, **beside_a_queue(tails, definitions)})
        b.log("pace", rows[-1])
    return rows


def table(rows):
    yield "## Pace"
    yield ""
    yield ("One API and one worker of one thread on Kafka, submissions at %d %% of 1 / job time, at their intended times whatever the answers "
           "do; from the intended time to the result at a read_committed reader. API, broker and client share the cores with the jobs: at "
           "1 ms they need all of both. Medians." % (100 * SHARE))
    yield ""
    yield "| job ms | submissions/s | p50 ms | p99 ms | max ms | refused, missing |"
    yield "|---|---|---|---|---|---|"
    shares = [r for r in rows if r["kind"] == "share"]
    for job_us in sorted({r["job_us"] for r in shares}):
        of = [r for r in shares if r["job_us"] == job_us]
        yield "| %g | %d | **%.1f** | **%.1f** | %.1f | %d, %d |" % (
            job_us / 1000, of[0]["rate"], *(c.median(r["result"][q] for r in of) for q in ("p50", "p99", "max")),
            sum(r["refused"] for r in of), sum(r["result"]["missing"] for r in of))
    queues = [r for r in rows if r["kind"] == "queue"]
    yield ""
    yield ("A user whose submissions, one at a time, are in the same partition as %d queued ones of somebody else, %g ms each; from the request to "
           "the result over HTTP." % (QUEUE, QUEUE_JOB_US / 1000))
    yield ""
    yield "| wait ms | p50 | p90 | still queued at the end |"
    yield "|---|---|---|---|"
    for key, name in (("alone", "nobody else"), ("beside", "beside the queue")):
        half, most = (c.median(r[key][int(len(r[key]) * q)] for r in queues) for q in (0.5, 0.9))
        yield "| %s | **%.1f** | %.1f | %s |" % (name, half, most, "–" if key == "alone" else "%.0f" % min(r["left"] for r in queues))
