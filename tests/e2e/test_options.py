"""Wrong options, files and surroundings: one clear line, exit 2, nothing touched."""
import os
import re
import socket
import sys

import broker
from broker import BROKER, create_topic, topics
from service import Service, run, temp_folder, unique_prefix


def refused_untouched(folder, *arguments, names):
    """The process ends with 2 and one line that names the option; its data folder is not made."""
    before = sorted(os.listdir(folder))
    done = run("--data", folder / "data", *arguments, cwd=folder)
    assert done.returncode == 2, (arguments, done)
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("gradesvc: ") and names in lines[0], (arguments, done)
    assert done.stdout == "", (arguments, done)
    assert sorted(os.listdir(folder)) == before, arguments


def check_table(folder):
    def write(name, text):
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name

    bad_config = write("bad.toml", "partitions = = 3\n")
    unknown_key = write("unknown.toml", "no-such-key = 3\n")
    bad_value = write("value.toml", 'keep = "never"\n')
    (folder / "tests").mkdir()
    write("tests/bad.json", '{"test_id":"t","items":[]}')
    kafka = ["--brokers", "127.0.0.1:1"]
    table = [
        (["--no-such-option"], "--no-such-option"),
        (["serve"], "serve"),
        (["--role=api"], "--brokers"),
        (["--role=worker"], "--brokers"),
        (["--role=worker", *kafka, "--listen", "127.0.0.1:0"], "--listen"),
        (["--listen", "0.0.0.0:0"], "--insecure"),
        (["--listen", "nonsense"], "--listen"),
        (["--role=worker", *kafka, "--group", "analytics"], "analytics"),
        (["--role=worker", *kafka, "--group", "notifiers"], "notifiers"),
        ([*kafka, "--kafka", "acks=1"], "acks"),
        ([*kafka, "--kafka", "no.such.property=1"], "no.such.property"),
        (["--kafka", "linger.ms=1"], "--kafka"),
        (["--keep", "soon"], "--keep"),
        (["--spool=on"], "--spool"),
        ([*kafka, "--spool=maybe"], "--spool"),
        ([*kafka, "--spool-limit=1KiB"], "--spool-limit"),
        (["--role=worker", *kafka, "--spool=off"], "--spool"),
        (["--max-body", "1"], "--max-body"),
        (["--max-attempts", "0"], "--max-attempts"),
        (["--score-timeout", "1ms"], "--score-timeout"),
        (["--role=api", *kafka, "--max-attempts", "3"], "--max-attempts"),
        (["--config", bad_config], "bad.toml"),
        (["--config", unknown_key], "no-such-key"),
        (["--config", bad_value], "keep"),
        (["--config", folder / "missing.toml"], "missing.toml"),
        (["--tests", folder / "no-such"], "no-such"),
        (["--tests", folder / "tests"], "bad.json"),
    ]
    for arguments, names in table:
        refused_untouched(folder, *arguments, names=names)


def check_surroundings(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        refused_untouched(folder, "--listen", address, names=address)
    file = folder / "file"
    file.write_text("")
    worker = ["--role=worker", "--brokers", "127.0.0.1:1", "--admin-listen", "off"]
    for data in (file / "below", file):
        for options in (["--listen", "127.0.0.1:0"], worker, ["--role=api", "--brokers", "127.0.0.1:1", "--listen", "127.0.0.1:0"]):
            done = run("--data", data, *options)
            assert done.returncode == 2 and str(file) in done.stderr, (options, done)
    assert file.read_text() == ""


def check_owned_folder():
    with Service() as service:
        before = {p: p.stat().st_size for p in service.data.iterdir() if p.suffix == ".db"}
        done = run("--data", service.data, "--listen", "127.0.0.1:0")
        assert done.returncode == 2 and str(service.data) in done.stderr and str(service.process.pid) in done.stderr, done
        assert service.is_ready()
        assert {p: p.stat().st_size for p in service.data.iterdir() if p.suffix == ".db"} == before


def check_kafka(folder):
    broker.need_broker()
    prefix = unique_prefix()
    create_topic(prefix + "test_submissions", 3)
    create_topic(prefix + "test_results_ready", 4)
    for role in ("api", "worker"):
        listen = ["--listen", "127.0.0.1:0"] if role == "api" else ["--admin-listen", "off"]
        done = run(f"--role={role}", "--brokers", BROKER, "--topic-prefix", prefix, "--data", folder / role, *listen)
        assert done.returncode == 2, done
        line = [text for text in done.stderr.splitlines() if text.startswith("gradesvc: ")][0]
        assert prefix + "test_submissions" in line and prefix + "test_results_ready" in line and "3" in line and "4" in line, line
    assert topics()[prefix + "test_submissions"] == 3

    prefix = unique_prefix()
    with Service("--role=api", "--brokers", BROKER, "--topic-prefix", prefix, "--partitions", "5", "--keep", "7d") as api:
        found = topics()
        assert {name.removeprefix(prefix): count for name, count in found.items() if name.startswith(prefix)} == {
            "test_submissions": 5, "test_results_ready": 5, "test_definitions": 1, "test_submissions.dlq": 5}, found
        for name, keep in (("test_submissions", 7 * 86400_000), ("test_results_ready", 7 * 86400_000), ("test_submissions.dlq", 7 * 86400_000), ("test_definitions", -1)):
            settings = broker.topic_settings(prefix + name)
            assert int(settings["retention.ms"]) == keep and settings["cleanup.policy"] == "delete", (name, settings)
            assert settings["min.insync.replicas"] == "1"
        done = run("--role=api", "--brokers", BROKER, "--topic-prefix", prefix, "--data", api.data, "--listen", "127.0.0.1:0")
        assert done.returncode == 2 and str(api.data) in done.stderr, done  # an API needs a folder of its own

    taken = ["--role=worker", "--brokers", BROKER, "--topic-prefix", prefix]
    with Service(*taken, api=False) as worker:
        address = worker.url.removeprefix("http://")
        done = run(*taken, "--data", folder / "second", "--admin-listen", address)
        assert done.returncode == 2 and address in done.stderr, done


def check_help():
    done = run("--version")
    assert done.returncode == 0 and re.fullmatch(r"gradesvc \d+\.\d+\.\d+\S*\n", done.stdout), done
    done = run("--help")
    assert done.returncode == 0 and done.stderr == "", done
    for option in ("--role", "--brokers", "--data", "--listen", "--admin-listen", "--group", "--instance", "--threads", "--tests", "--kafka", "--delivery", "--profile", "--max-attempts", "--score-timeout",
                   "--topic-prefix", "--partitions", "--replication", "--keep", "--drain-timeout", "--max-body", "--max-header", "--max-connections", "--insecure",
                   "--spool", "--spool-limit", "--dedup-window",
                   "--log-format", "--log-level", "--config"):
        assert re.search(rf"{option}\b", done.stdout), option
    for default in ("127.0.0.1:8080", "./data", "scorers", "512KiB", "16KiB", "10000", "90d", "25s", "60s", "24h", "1GiB", "exactly-once", "standard", "12"):
        assert default in done.stdout, default
    assert "score-suspects" not in done.stdout  # what workers start for themselves
    for absent in ("--auth",):
        assert absent not in done.stdout, absent
    for tool in ("check", "score", "calibrate", "report", "health", "dlq", "dlq list", "dlq show", "dlq replay", "dlq discard",
                 "audit", "verify"):
        done = run(*tool.split(), "--help")
        assert done.returncode == 0 and done.stdout, tool
    done = run("--brokers", "127.0.0.1:1", "check", "x.json")
    assert done.returncode == 2 and "behind its name" in done.stderr, done


def main():
    with temp_folder() as folder:
        check_table(folder)
        check_surroundings(folder)
        check_owned_folder()
        check_help()
        check_kafka(folder)


if __name__ == "__main__":
    sys.exit(main())
