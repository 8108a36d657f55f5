"""How long audit and verify take over a million scored submissions, on Kafka and on the embedded log."""
import http.client
import itertools
import json
import os
import subprocess
import tempfile
import time

import common as c
import readmodel
from common import b

BATCH = 2000  # submissions a request


def tool(name, *options):
    """(seconds, CPU seconds, peak MiB, summary) of a tool that must find nothing"""
    with tempfile.TemporaryFile(dir=c.WORK) as out:
        begun = time.time()
        process = subprocess.Popen([c.GRADESVC, name, "--format=json", *options], stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.time() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError("gradesvc %s: exit %d" % (name, process.returncode))
        out.seek(0)
        return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, json.loads(out.readlines()[-1])


def measured(log, n, options):
    seconds, cpu, peak, summary = tool("audit", *options)
    if summary["scored"] != n or summary["in_flight"] != 0:
        raise RuntimeError("not all are scored: %s" % summary)
    row = {"log": log, "n": n, "audit": seconds, "audit_cpu": cpu, "audit_peak": peak}
    seconds, cpu, peak, summary = tool("verify", *options)
    if summary["equal"] != n:
        raise RuntimeError("not all are equal: %s" % summary)
    row.update({"verify": seconds, "verify_cpu": cpu, "verify_peak": peak})
    b.log("audit", row)
    return row


def on_kafka(n, tails, definitions):
    prefix = c.unique("audit") + "."
    c.topics_of(prefix)
    b.log("audit: %d scored in %.0f s" % (n, readmodel.scored_topics(prefix, n, tails, definitions)))
    return measured("Kafka", n, ["--brokers=" + b.KAFKA, "--topic-prefix=" + prefix])


def submit(port, n, tails):
    """over HTTP, in batches"""
    with open(tails, encoding="utf-8") as file:
        rest = itertools.cycle(file.read().splitlines())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for first in range(0, n, BATCH):
        lines = ['{"user_id":"u-%d",%s' % (number, next(rest)) for number in range(first, min(first + BATCH, n))]
        connection.request("POST", "/v1/submissions:batch", "\n".join(lines) + "\n", {"Content-Type": "application/x-ndjson"})
        answer = connection.getresponse()
        refused = [line for line in answer.read().splitlines() if b'"http_status":202' not in line]
        if answer.status != 200 or refused:
            raise RuntimeError("refused: %d %r" % (answer.status, refused[:1]))


def embedded(n, tails, definitions):
    with c.folder() as data:
        port = b.free_port()
        command = [c.GRADESVC, "--listen=127.0.0.1:%d" % port, "--data=" + data, "--tests=" + definitions, "--log-format=json"]
        with c.running(command, {}, "gradesvc-all.log") as process:
            c.wait_ready(process, port)
            submit(port, n, tails)
            begun = time.time()
            while tool("audit", "--data=" + data)[3]["in_flight"] > 0:
                if process.poll() is not None or time.time() - begun > 1200:
                    raise RuntimeError("the service did not finish")
                time.sleep(2)
        return measured("embedded", n, ["--data=" + data])


def measure(options):
    n = 50_000 if options.quick else options.rows
    tails, definitions = c.lsat_tails()
    return [on_kafka(n, tails, definitions), embedded(n, tails, definitions)]


def table(rows):
    yield "## Audit"
    yield ""
    yield ("%d submissions of LSAT-6 and their results: `gradesvc audit` accounts for each, `gradesvc verify` computes each result again and "
           "compares bytes. Nothing else runs." % rows[0]["n"])
    yield ""
    yield "| log | audit s | CPU s | peak MiB | verify s | CPU s | peak MiB |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        yield "| %s | **%.1f** | %.1f | %.0f | **%.1f** | %.1f | %.0f |" % (
            row["log"], row["audit"], row["audit_cpu"], row["audit_peak"], row["verify"], row["verify_cpu"], row["verify_peak"])
