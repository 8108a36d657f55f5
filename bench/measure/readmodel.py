"""How fast an API instance with an empty read model catches up, and how fast it answers when it is large."""
import glob
import os
import time

import common as c
from common import b


def size_of(folder):
    return sum(os.path.getsize(f) for f in glob.glob(folder + "/**", recursive=True) if os.path.isfile(f))


def scored_topics(prefix, n, tails, definitions):
    """n submissions and their results in topics of this prefix; seconds that took"""
    with c.folder() as data, c.gradesvc_api(prefix, data, definitions):
        pass
    begun = time.time()
    c.tool("preload", prefix + "test_submissions", n, tails)
    with c.folder() as state, c.gradesvc_worker(prefix, state) as (process, _):
        # A transaction leaves a marker in the log as well, so the end is where nothing comes any more.
        while b.hwm(prefix + "test_results_ready") < n:
            if process.poll() is not None or time.time() - begun > 1200:
                raise RuntimeError("the worker did not finish")
            time.sleep(0.5)
        b.settled_hwm(prefix + "test_results_ready", still=2)
    return time.time() - begun


def measure(options):
    n = 50_000 if options.quick else options.rows
    tails, definitions = c.lsat_tails()
    prefix = c.unique("readmodel") + "."
    c.topics_of(prefix)
    b.log("readmodel: %d scored in %.0f s" % (n, scored_topics(prefix, n, tails, definitions)))
    ids = os.path.join(c.WORK, "ids.txt")
    c.tool("ids", prefix + "test_results_ready", 100_000, ids)
    with c.folder() as data:
        port = b.free_port()
        b.quiet(20)
        with c.running(c.api_command(prefix, data, port, definitions), {}, "gradesvc-api.log") as process:
            replay = c.wait_ready(process, port, 1200)
            cpu = b.cpu_of(process.pid)
            c.wrk(port, 8, 2, c.ROOT + "/bench/measure/status.lua", {"BENCH_IDS": ids})
            read, _ = c.wrk(port, 8, 4 if options.quick else 10, c.ROOT + "/bench/measure/status.lua", {"BENCH_IDS": ids})
            rss = b.rss_mib(process.pid)
        size = size_of(data)
        port = b.free_port()
        with c.running(c.api_command(prefix, data, port, definitions), {}, "gradesvc-api.log") as process:
            again = c.wait_ready(process, port)
    row = {"n": n, "replay": replay, "rows_s": 2 * n / replay, "cpu_us": 1e6 * cpu / (2 * n), "size": size, "rss": rss, "again": again,
           "reads": read["ok"] / (read["us"] / 1e6), "p50": read["p50"] / 1e3, "p99": read["p99"] / 1e3, "not_found": read["non2xx"]}
    b.log("readmodel", row)
    return [row]


def table(rows):
    row = rows[0]
    yield "## Read model"
    yield ""
    yield "%d scored submissions (a row each, and one for each result), replayed from Kafka by an API with an empty data folder." % row["n"]
    yield ""
    yield "| what | figure |"
    yield "|---|---|"
    yield "| rows/s, from the start of the process to ready | **%.0f** (%.0f s, %.1f µs CPU a row) |" % (row["rows_s"], row["replay"], row["cpu_us"])
    yield "| status read, 8 connections | p50 %.2f ms, **p99 %.2f ms**, %.0f/s, %d not found |" % (
        row["p50"], row["p99"], row["reads"], row["not_found"])
    yield "| size on disk, resident | %.0f MiB, %.0f MiB |" % (row["size"] / 2**20, row["rss"])
    yield "| ready again after a restart | %.2f s |" % row["again"]
