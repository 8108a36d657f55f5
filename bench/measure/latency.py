"""From the intended moment of a submission to the moment its result can be read, at 1000 submissions a second."""
import json
import os
import subprocess

import common as c
from common import b

RATE = 1000


def measure(options):
    tails, definitions = c.lsat_tails()
    rows = []
    for turn in range(options.rounds):
        prefix = c.unique("latency") + "."
        c.topics_of(prefix)
        with c.folder() as data, c.folder() as state, c.gradesvc_api(prefix, data, definitions) as (_, port), \
                c.gradesvc_worker(prefix, state):
            b.quiet(20)
            seconds = 5 if options.quick else 20
            text = subprocess.run(
                [c.LATENCY, "-url", "http://127.0.0.1:%d" % port, "-results", prefix + "test_results_ready", "-rate", str(RATE),
                 "-seconds", str(seconds), "-tails", tails],
                env={**os.environ, "KAFKA": b.KAFKA}, check=True, capture_output=True, text=True, timeout=120).stdout
        row = {"round": turn, **json.loads(text)}
        b.log("latency", row)
        rows.append(row)
    return rows


def table(rows):
    yield "## Submit to result"
    yield ""
    yield ("One API and one worker on Kafka, %d submissions a second at their intended times whatever the answers do; from the intended time "
           "to the 202, and to the result at a read_committed reader of `test_results_ready`. Medians of %d rounds." % (RATE, len(rows)))
    yield ""
    yield "| milliseconds | p50 | p90 | p99 | p99.9 | max | refused, missing |"
    yield "|---|---|---|---|---|---|---|"
    for key, name in (("accept", "202"), ("result", "result")):
        yield "| %s | **%.1f** | %.1f | **%.1f** | %.1f | %.1f | %d, %d |" % (
            name, *(c.median(r[key][q] for r in rows) for q in ("p50", "p90", "p99", "p999", "max")),
            sum(r["refused"] for r in rows), sum(r[key]["missing"] for r in rows))
