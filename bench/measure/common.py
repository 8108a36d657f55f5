"""What the measurements share: programs under test, their start and their end, bodies, waiting."""
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "bench", "peers"))
import benchlib as b  # noqa: E402  /proc accounting, processes ended by pid, topics

GRADESVC = os.path.join(ROOT, "build/release/bin/gradesvc")
GRADESVC_FAULTY = os.path.join(ROOT, "build/release/bin/gradesvc_faulty")
GRADESVC_BENCH = os.path.join(ROOT, "build/bench/bin/gradesvc")
ALGEBRA = os.path.join(ROOT, "bench/tests")
WORK = os.path.join(ROOT, "build/measure")
GO = "exec go/bin/peer"
RUST = "exec rust/target/release/peer-rust"
LATENCY = os.path.join(b.HERE, "go/bin/latency")
PARTITIONS = 6

_names = iter(range(1, 1 << 30))


def unique(what):
    return "bench-%s-%s-%d" % (what, b.RUN, next(_names))


def median(values):
    return statistics.median(values)


@contextlib.contextmanager
def folder():
    path = tempfile.mkdtemp(dir=WORK, prefix="data-")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def get(url, timeout=5):
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def wait_ready(process, port, limit=60):
    """seconds until /readyz is 200"""
    begun = time.time()
    while time.time() - begun < limit:
        if process.poll() is not None:
            raise RuntimeError("it ended with %s; its log is in %s" % (process.returncode, b.LOGS))
        if get("http://127.0.0.1:%d/readyz" % port)[0] == 200:
            return time.time() - begun
        time.sleep(0.005)
    raise RuntimeError("not ready within %d s; its log is in %s" % (limit, b.LOGS))


@contextlib.contextmanager
def running(command, env, log):
    process = b.start(command, env, log)
    try:
        yield process
    finally:
        b.stop(process, wait=30)


def api_command(prefix, data, port, tests, partitions=PARTITIONS):
    return [GRADESVC, "--role=api", "--listen=127.0.0.1:%d" % port, "--brokers=" + b.KAFKA, "--topic-prefix=" + prefix,
            "--partitions=%d" % partitions, "--replication=1", "--tests=" + tests, "--data=" + data, "--log-format=json"]


@contextlib.contextmanager
def gradesvc_api(prefix, data, tests, partitions=PARTITIONS):
    """A ready API on Kafka; gives (process, port)."""
    port = b.free_port()
    with running(api_command(prefix, data, port, tests, partitions), {}, "gradesvc-api.log") as process:
        wait_ready(process, port)
        yield process, port


def worker_command(binary, prefix, data, port, instance="bench", options=()):
    return [binary, "--role=worker", "--brokers=" + b.KAFKA, "--topic-prefix=" + prefix, "--group=scorers",
            "--instance=" + instance, "--partitions=%d" % PARTITIONS, "--replication=1", "--data=" + data,
            "--admin-listen=127.0.0.1:%d" % port, "--log-format=json", *options]


@contextlib.contextmanager
def gradesvc_worker(prefix, data, binary=GRADESVC, env=None, wait=True, options=()):
    """A scorer; gives (process, port of its metrics)."""
    port = b.free_port()
    with running(worker_command(binary, prefix, data, port, options=options), env or {}, "gradesvc-worker.log") as process:
        if wait:
            wait_ready(process, port)
        yield process, port


def topics_of(prefix):
    """to be removed at the end of the run"""
    for name in ("test_submissions", "test_results_ready", "test_definitions", "test_statistics", "test_submissions.dlq"):
        b._topics.append(prefix + name)


def lsat_tails():
    """The real answers of the LSAT-6 examinees as bodies without the user, in a file; and the folder of its definition."""
    folder_of_tests = os.path.join(ROOT, "config/tests")
    with open(os.path.join(folder_of_tests, "lsat-6.json"), encoding="utf-8") as file:
        test = json.load(file)
    choices = []  # per item: (a wrong answer, the right one)
    for item in test["items"]:
        right = item["correct"][0] if isinstance(item["correct"], list) else item["correct"]
        choices.append((next(option for option in item["options"] if option != right), right))
    lines = []
    with open(os.path.join(ROOT, "config/data/lsat6.csv"), encoding="utf-8") as file:
        for pattern, count in re.findall(r"^([01]{5}),(\d+)", file.read(), re.M):
            answers = {item["item_id"]: pair[int(bit)] for item, pair, bit in zip(test["items"], choices, pattern)}
            tail = '"test_id":%s,"answers":%s}' % (json.dumps(test["test_id"]), json.dumps(answers, separators=(",", ":")))
            lines += [tail] * int(count)
    path = os.path.join(WORK, "lsat-tails.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path, folder_of_tests


def wrk(port, connections, seconds, script="post.lua", env=None):
    """(measurements, CPU seconds of wrk) of one run"""
    before = os.times()
    text = subprocess.run(
        ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--latency", "--timeout", "10s", "-s", script,
         "http://127.0.0.1:%d" % port],
        cwd=b.HERE, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
    after = os.times()
    found = re.search(r"^JSON (\{.*\})", text, re.M)
    if not found:
        raise RuntimeError("wrk: " + text)
    row = json.loads(found[1])
    row["ok"] = row["requests"] - row["non2xx"]
    return row, after.children_user + after.children_system - before.children_user - before.children_system


def tool(*args, timeout=600):
    return subprocess.run([b.TOOL, *map(str, args)], check=True, timeout=timeout, capture_output=True, text=True,
                          env={**os.environ, "KAFKA": b.KAFKA}).stdout
