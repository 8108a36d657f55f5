"""What a service does at its start: definitions of --tests, samples, waiting, the admin address, and a graceful end of each."""
import json
import signal
import socket
import sys
import time

from service import Service, run, temp_folder


def definition(correct, **more):
    return {"test_id": "mine", "items": [{"item_id": "q1", "options": ["A", "B"], "correct": correct}], **more}


def latest(service):
    document = service.get("/v1/tests/mine?key=true").json
    return document["version"], document["items"][0]["correct"]


def check_tests(folder):
    """One life after the other on the same data, each with other definitions."""
    tests, data = folder / "tests", folder / "data"
    tests.mkdir()
    file = tests / "mine.json"

    def life(text):
        file.write_text(json.dumps(text))
        with Service("--tests", tests, data=data) as service:
            return latest(service), [t["test_id"] for t in service.get("/v1/tests").json["data"]], service.events("a newer version of the test is published")

    assert life(definition("A")) == ((1, "A"), ["mine"], [])  # with --tests no samples
    assert life(definition("A"))[0] == (1, "A")
    assert life(definition("B"))[0] == (2, "B")
    assert life(definition("A"))[0] == (2, "B")  # equal to an earlier version
    assert life(definition("A", version=7))[0] == (7, "A")
    (where, _, warnings) = life(definition("B", version=5))  # below the latest, and never published
    assert where == (7, "A") and len(warnings) == 1, (where, warnings)
    assert life(definition("B", version=2))[0] == (7, "A")

    file.write_text(json.dumps(definition("B", version=7)))
    done = run("--tests", tests, "--data", data, "--listen", "127.0.0.1:0")
    assert done.returncode == 2 and "mine.json" in done.stderr, done
    assert life(definition("A", version=7))[0] == (7, "A")


def check_samples():
    with Service() as service:
        assert [t["test_id"] for t in service.get("/v1/tests").json["data"]] == ["lsat-6", "mathematics-20"]


def check_end_while_waiting(folder):
    for options, api in ((["--role=api"], True), (["--role=worker"], False), ([], True)):
        with Service(*options, "--brokers", "127.0.0.1:1", data=folder / "waiting", api=api, ready=False) as service:
            service.wait_for_event("waiting for the broker")
            begin = time.monotonic()
            service.process.send_signal(signal.SIGTERM)
            assert service.wait_end() == 0
            assert time.monotonic() - begin < 15


def check_default_admin_address():
    """A worker goes elsewhere, with a warning, when the default is taken."""
    try:
        taken = socket.create_server(("127.0.0.1", 9464))
    except OSError:  # by somebody else: just as good
        taken = None
    try:
        with Service("--role=worker", "--brokers", "127.0.0.1:1", ready=False, api=False, listen=None) as service:
            service.wait_for_event("the default admin address is taken: another port is used")
            assert service.get("/healthz").status == 200
    finally:
        if taken:
            taken.close()


def main():
    with temp_folder() as folder:
        check_samples()
        check_tests(folder)
        check_end_while_waiting(folder)
    check_default_admin_address()


if __name__ == "__main__":
    sys.exit(main())
