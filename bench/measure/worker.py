"""Results a second, exactly once, and how much of the cores long jobs get: gradesvc against the Go peer, in turns."""
import json
import subprocess
import time

import common as c
from common import b

OWN, PEER = "gradesvc worker, exactly once", "Go franz-go, transactional"


def counted(topic, n, start):
    """(what the counter saw, seconds from the start of the worker to the last result, CPU seconds of it)"""
    counter = subprocess.Popen([b.TOOL, "count", topic, str(n), "180"], stdout=subprocess.PIPE, text=True, start_new_session=True)
    b._started.append(counter)
    try:
        others, broker, begun = b.quiet(20), b.broker_cpu(), time.time()
        with start() as process:
            while counter.poll() is None:
                if process.poll() is not None:
                    raise RuntimeError("the worker ended with %s" % process.returncode)
                time.sleep(0.05)
            cpu, rss = b.cpu_of(process.pid), b.rss_mib(process.pid)
        seen = json.loads(counter.stdout.read())
    finally:
        b.stop(counter, wait=1)
    wall = seen["last"] - begun
    return {"n": n, "missing": n - seen["distinct"], "doubled": seen["total"] - seen["distinct"], "wall": wall,
            "rate": seen["distinct"] / wall, "first": seen["first"] - begun,
            "drain": seen["distinct"] / max(1e-9, seen["last"] - seen["first"]),
            "cpu_us": 1e6 * cpu / max(1, seen["distinct"]), "broker_us": 1e6 * (b.broker_cpu() - broker) / max(1, seen["distinct"]),
            "rss": rss, "before": others}


def own(n, job_us, tails, definitions, *, hook=False, options=()):
    """`hook`: the build with the job hook also where jobs cost nothing."""
    prefix = c.unique("worker") + "."
    c.topics_of(prefix)
    with c.folder() as data, c.folder() as state:
        with c.gradesvc_api(prefix, data, definitions):
            pass  # creates the topics and publishes the definition
        c.tool("preload", prefix + "test_submissions", n, tails)
        binary, env = (c.GRADESVC_BENCH, {"GRADESVC_BENCH_JOB_US": str(job_us)}) if job_us or hook else (c.GRADESVC, {})

        @c.contextlib.contextmanager
        def start():
            with c.gradesvc_worker(prefix, state, binary, env, wait=False, options=options) as (process, _):
                yield process

        return counted(prefix + "test_results_ready", n, start)


def peer(n, job_us, tails, _):
    topic, results = b.topic(c.unique("in"), c.PARTITIONS), b.topic(c.unique("out"), c.PARTITIONS)
    c.tool("preload", topic, n, tails)
    env = {"TOPIC": topic, "RESULTS": results, "GROUP": "g-" + topic, "TXID": "tx-" + topic, "JOB_MS": str(job_us / 1000)}
    return counted(results, n, lambda: c.running(c.GO + " -role worker -mode tx", env, "peer-worker.log"))


def rounds(options, n, job_us):
    tails, definitions = c.lsat_tails()
    rows = []
    for turn in range(options.rounds):
        for name, run in ((OWN, own), (PEER, peer)):
            row = {"name": name, "round": turn, "job_us": job_us, **run(n, job_us, tails, definitions)}
            if job_us:
                row["efficiency"] = n * job_us / 1e6 / (row["wall"] * b.CORES)
            b.log("worker", row)
            rows.append(row)
    return rows


def measure_results(options):
    return rounds(options, 50_000 if options.quick else 300_000, 0)


def measure_jobs(options):
    return rounds(options, 2_000 if options.quick else 8_000, 5_000)


def middle(rows, name, key):
    of = sorted((r for r in rows if r["name"] == name), key=lambda r: r[key])
    return of[(len(of) - 1) // 2], of


def own_to_peer(rows, key):
    at = {(r["name"], r["round"]): r[key] for r in rows}
    return c.median(at[OWN, turn] / at[PEER, turn] for name, turn in at if name == OWN)


def table_results(rows):
    yield "## Results"
    yield ""
    yield ("LSAT-6, its real answers in turn, %d submissions in %d partitions, no work per job; counted by a read_committed reader. "
           "Results/s from the start of the process to the last result. gradesvc's result is the whole document with outcomes of "
           "items and skills, the peer's one number." % (rows[0]["n"], c.PARTITIONS))
    yield ""
    yield "| program | results/s | first after s | results/s from the first on | CPU µs/result | broker CPU µs/result | RSS MiB | missing, doubled |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in (OWN, PEER):
        mid, of = middle(rows, name, "rate")
        yield "| %s | **%.0f** (%.0f–%.0f) | %.2f | %.0f | %.1f | %.1f | %.0f | %d, %d |" % (
            name, mid["rate"], of[0]["rate"], of[-1]["rate"], mid["first"], mid["drain"], mid["cpu_us"], mid["broker_us"], mid["rss"],
            sum(r["missing"] for r in of), sum(r["doubled"] for r in of))
    yield ""
    yield "- %.2f× the results/s of the Go peer of the same round, %.2f× from the first result on (medians)" % (
        own_to_peer(rows, "rate"), own_to_peer(rows, "drain"))


def table_jobs(rows):
    yield "## Long jobs"
    yield ""
    yield ("%d submissions, each costing %.0f ms of CPU: share of the cores that the jobs got, from the start of the process to the last "
           "result (jobs × time / (wall × %d cores))." % (rows[0]["n"], rows[0]["job_us"] / 1000, b.CORES))
    yield ""
    yield "| program | efficiency | wall s | first result after s |"
    yield "|---|---|---|---|"
    for name in (OWN, PEER):
        mid, of = middle(rows, name, "efficiency")
        yield "| %s | **%.3f** (%.3f–%.3f) | %.2f | %.2f |" % (
            name, mid["efficiency"], of[0]["efficiency"], of[-1]["efficiency"], mid["wall"], mid["first"])
