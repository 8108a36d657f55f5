"""What exactly once costs against at least once: the same program, the same run, in turns."""
import common as c
from common import b

import worker

EXACTLY, AT_LEAST = "exactly-once", "at-least-once"
JOBS = {0: 300_000, 1_000: 20_000, 5_000: 8_000}  # µs of a job: submissions


def measure(options):
    tails, definitions = c.lsat_tails()
    rows = []
    for turn in range(options.rounds):
        for job_us, n in JOBS.items():
            n = n // 5 if options.quick else n
            for mode in (EXACTLY, AT_LEAST):
                row = {"name": mode, "round": turn, "job_us": job_us,
                       **worker.own(n, job_us, tails, definitions, hook=True, options=["--delivery=" + mode])}
                b.log("delivery", row)
                rows.append(row)
    return rows


def table(rows):
    yield "## Exactly once and at least once"
    yield ""
    yield ("The same program with `--delivery exactly-once` and `at-least-once` in turns, LSAT-6 in %d partitions, jobs of so much processor "
           "time; counted by a read_committed reader. Share: jobs × time / (seconds × %d cores), from the start of the process and from the "
           "first result to the last. Medians (range)." % (c.PARTITIONS, b.CORES))
    yield ""
    yield "| job ms | submissions | exactly once, results/s | at least once, results/s | exactly once has | share, exactly once | from the first result on | missing, doubled |"
    yield "|---|---|---|---|---|---|---|---|"
    for job_us in JOBS:
        of = [r for r in rows if r["job_us"] == job_us]
        own, other = ([r for r in of if r["name"] == mode] for mode in (EXACTLY, AT_LEAST))
        rates = [sorted(r["rate"] for r in side) for side in (own, other)]
        ratio = c.median(mine["rate"] / its["rate"] for mine, its in zip(own, other))

        def share(key, job_us=job_us, own=own):
            return "%.3f" % (c.median(r[key] for r in own) * job_us / 1e6 / b.CORES) if job_us else "–"

        yield "| %g | %d | **%.0f** (%.0f–%.0f) | %.0f (%.0f–%.0f) | **%.1f %%** | %s | %s | %d, %d |" % (
            job_us / 1000, of[0]["n"], c.median(rates[0]), rates[0][0], rates[0][-1], c.median(rates[1]), rates[1][0], rates[1][-1],
            100 * ratio, share("rate"), share("drain"), sum(r["missing"] for r in own), sum(r["doubled"] for r in own))
