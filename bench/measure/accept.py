"""Accepted submissions a second: gradesvc on Kafka and on the embedded log against the peers, in turns."""
import contextlib

import common as c
from common import b

KAFKA, EMBEDDED = "gradesvc on Kafka", "gradesvc, embedded log"
PEERS = {
    "Rust axum + rdkafka, linger 5 ms": (c.RUST, {"LINGER_MS": "5"}),
    "Rust axum + rdkafka, linger 0": (c.RUST, {"LINGER_MS": "0"}),
    "Go net/http + franz-go": (c.GO, {}),
}


@contextlib.contextmanager
def peer(command, env):
    topic, port = b.topic(c.unique("accept"), c.PARTITIONS), b.free_port()
    with c.running(command, {**env, "PORT": str(port), "TOPIC": topic}, "peer-api.log") as process:
        b.wait_http(process, port)
        yield process, port, topic


@contextlib.contextmanager
def gradesvc_on_kafka():
    prefix = c.unique("accept") + "."
    c.topics_of(prefix)
    with c.folder() as data, c.gradesvc_api(prefix, data, c.ALGEBRA) as (process, port):
        yield process, port, prefix + "test_submissions"


@contextlib.contextmanager
def gradesvc_embedded():
    port = b.free_port()
    with c.folder() as data:
        command = [c.GRADESVC, "--role=all", "--listen=127.0.0.1:%d" % port, "--tests=" + c.ALGEBRA, "--data=" + data,
                   "--partitions=%d" % c.PARTITIONS, "--log-format=json"]
        with c.running(command, {}, "gradesvc-all.log") as process:
            c.wait_ready(process, port)
            yield process, port, None


def programs(rust):
    yield KAFKA, gradesvc_on_kafka
    for name, (command, env) in PEERS.items():
        if rust or not name.startswith("Rust"):
            yield name, lambda command=command, env=env: peer(command, env)
    yield EMBEDDED, gradesvc_embedded


def one(program, connections, seconds):
    with program() as (process, port, topic):
        body = b'{"user_id":"u-1","test_id":"algebra-1","answers":{"question_01":"A"}}'
        if b.http(port, "POST", "/api/submit-test/", body)[0] not in (200, 202):
            raise RuntimeError("the first submission is refused")
        c.wrk(port, connections, 3)
        before = b.hwm(topic) if topic else 0
        others = b.quiet(20)
        cpu, broker, machine = b.cpu_of(process.pid), b.broker_cpu(), b.machine_cpu()[0]
        row, wrk_cpu = c.wrk(port, connections, seconds)
        span = row["us"] / 1e6
        busy = b.machine_cpu()[0] - machine - (b.cpu_of(process.pid) - cpu) - (b.broker_cpu() - broker) - wrk_cpu
        arrived = b.settled_hwm(topic) - before if topic else row["ok"]
        ok = max(1, row["ok"])
        return {
            "rate": row["ok"] / span, "p50": row["p50"] / 1e3, "p99": row["p99"] / 1e3, "max": row["max"] / 1e3,
            "refused": row["non2xx"] + row["connect"] + row["read"] + row["write"] + row["timeout"],
            "cpu_us": 1e6 * (b.cpu_of(process.pid) - cpu) / ok, "broker_us": 1e6 * (b.broker_cpu() - broker) / ok,
            "missing": max(0, row["ok"] - arrived), "before": others, "others": 100 * busy / (span * b.CORES),
        }


def measure(options):
    rows = []
    seconds = 4 if options.quick else 10
    for turn in range(options.rounds):
        for connections in (64, 1024):
            for name, program in programs(options.rust):
                row = {"name": name, "connections": connections, "round": turn, **one(program, connections, seconds)}
                b.log("accept", row)
                rows.append(row)
    return rows


def ratio(rows, connections, rounds):
    """gradesvc to the best Rust run of the same round"""
    found = []
    for turn in range(rounds):
        at = [r for r in rows if r["connections"] == connections and r["round"] == turn]
        rust = [r for r in at if r["name"].startswith("Rust")]
        own = next(r for r in at if r["name"] == KAFKA)
        if rust:
            best = max(rust, key=lambda r: r["rate"])
            found.append((own["rate"] / best["rate"], own["p99"] / best["p99"]))
    return found


def table(rows):
    rounds = 1 + max(r["round"] for r in rows)
    yield "## Accepted submissions"
    yield ""
    yield ("20 answers of 450 bytes, wrk with one thread, %d partitions, acks=all; the median of %d rounds in turns (range in brackets). "
           "gradesvc validates against the definition, gives ids and headers and feeds its read model; the peers do none of that. "
           "The embedded one also scores meanwhile. CPU is of the server's processes." % (c.PARTITIONS, rounds))
    yield ""
    yield "| connections | program | accepted/s | p50 ms | p99 ms | CPU µs/request | broker CPU µs/request | refused, missing | others % |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for connections in (64, 1024):
        for name in dict.fromkeys(r["name"] for r in rows):
            of = sorted((r for r in rows if r["name"] == name and r["connections"] == connections), key=lambda r: r["rate"])
            mid = of[(len(of) - 1) // 2]
            yield "| %d | %s | **%.0f** (%.0f–%.0f) | %.1f | %.1f | %.0f | %.0f | %d, %d | %.0f |" % (
                connections, name, mid["rate"], of[0]["rate"], of[-1]["rate"], mid["p50"], mid["p99"], mid["cpu_us"],
                mid["broker_us"], sum(r["refused"] for r in of), sum(r["missing"] for r in of), mid["others"])
    yield ""
    for connections in (64, 1024):
        found = ratio(rows, connections, rounds)
        if found:
            yield "- %d connections: %.2f× the accepted/s of the faster Rust peer of the same round, %.2f× its p99 (medians of the rounds)" % (
                connections, c.median(r for r, _ in found), c.median(p for _, p in found))
