"""Time to readiness with nothing to replay, and memory at rest."""
import time

import common as c
from common import b

REST_SECONDS = 10


def started(command, port, log):
    """(seconds to ready, MiB resident at rest)"""
    with c.running(command, {}, log) as process:
        ready = c.wait_ready(process, port)
        time.sleep(REST_SECONDS)
        return ready, b.rss_mib(process.pid)


def embedded(_):
    port = b.free_port()
    with c.folder() as data:
        return started([c.GRADESVC, "--role=all", "--listen=127.0.0.1:%d" % port, "--data=" + data], port, "gradesvc-all.log")


def api(prefix):
    port = b.free_port()
    with c.folder() as data:
        return started(c.api_command(prefix, data, port, c.ALGEBRA), port, "gradesvc-api.log")


def worker(prefix):
    port = b.free_port()
    with c.folder() as data:
        return started([c.GRADESVC, "--role=worker", "--brokers=" + b.KAFKA, "--topic-prefix=" + prefix, "--data=" + data,
                        "--instance=bench", "--admin-listen=127.0.0.1:%d" % port], port, "gradesvc-worker.log")


def measure(options):
    prefix = c.unique("footprint") + "."
    c.topics_of(prefix)
    with c.folder() as data, c.gradesvc_api(prefix, data, c.ALGEBRA):
        pass  # the topics are there, the definition is published
    rows = []
    for turn in range(options.rounds):
        for name, run in (("all, embedded log", embedded), ("api on Kafka", api), ("worker on Kafka", worker)):
            b.quiet(20)
            ready, rss = run(prefix)
            rows.append({"name": name, "round": turn, "ready": ready, "rss": rss})
            b.log("footprint", rows[-1])
    return rows


def table(rows):
    yield "## Start and rest"
    yield ""
    yield "From the start of the process to `/readyz` 200 with an empty data folder and nothing to replay; resident memory %d s later. Medians." % REST_SECONDS
    yield ""
    yield "| role | ready after s | RSS MiB |"
    yield "|---|---|---|"
    for name in dict.fromkeys(r["name"] for r in rows):
        of = [r for r in rows if r["name"] == name]
        yield "| %s | **%.2f** | **%.0f** |" % (name, c.median(r["ready"] for r in of), c.median(r["rss"] for r in of))
