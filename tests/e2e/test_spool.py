"""The broker is away: submissions are spooled on disk, shown, and drained in order; restarts, kill -9, a full spool, a full disk."""
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid

from broker import headers_of, own_broker, read_topic
from service import TESTS, Server, Service, free_port, run, submission, temp_folder, wait_until

SOON = 5  # seconds: what is due at once, on a busy machine
DRAIN_POINTS = ("spool.read", "spool.published", "spool.acknowledged", "spool.deleting", "spool.deleted")
KEEP_POINTS = ("spool.taken", "spool.appended", "spool.committed")


class Users:
    """Users who submit one after the other, all the time; they keep what got a 202, in order, and how long the answers took."""

    def __init__(self, api, count=4, pause=0.03):
        self.accepted = {f"spool-{uuid.uuid4().hex[:6]}-{n}": [] for n in range(count)}
        self.spooled, self.refused, self.slowest = [], [], 0.0
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._run, args=(Server(api.url), user, pause), daemon=True) for user in self.accepted]
        for thread in self.threads:
            thread.start()

    def _run(self, server, user, pause):
        while not self.ended.is_set():
            begun = time.monotonic()
            try:
                answer = server.ask("POST", "/v1/submissions", submission(user))
            except (OSError, http.client.HTTPException):  # the process is gone
                time.sleep(0.05)
                continue
            self.slowest = max(self.slowest, time.monotonic() - begun)
            if answer.status == 202:
                self.accepted[user].append(answer.json["submission_id"])
                if answer.json["durable"] == "spool":
                    self.spooled.append(answer.json["submission_id"])
            else:
                self.refused.append(answer)
                time.sleep(0.05)
            time.sleep(pause)

    def stop(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(120)
            assert not thread.is_alive()

    def count(self):
        return sum(map(len, self.accepted.values()))


def check_order(address, accepted):
    """All stand in the log, those of a user in the order of their answers (a repetition counts where it was first)."""
    first = {}
    for record in read_topic("test_submissions", address):
        first.setdefault(headers_of(record)["ce_subject"], (record.partition(), record.offset()))
    for user, ids in accepted.items():
        assert set(ids) <= set(first), (user, len(set(ids) - set(first)), "are missing")
        places = [first[one] for one in ids]
        assert places == sorted(places), (user, "order")


def ready_json(api):
    return api.get("/readyz").json


def drained(api, patience=60):
    wait_until(lambda: api.is_ready() and ready_json(api)["status"] == "ready" and ready_json(api)["spool_records"] == 0, "drained", patience)


def api_options(port, *more):
    return ("--role=api", "--brokers", f"127.0.0.1:{port}", "--tests", TESTS, *more)


def spooled_one(api, user):
    answer = api.submit(submission(user))
    assert answer.status == 202 and answer.json["durable"] == "spool", answer
    return answer.json["submission_id"]


def check_visible(api, user, one):
    status = api.get(f"/v1/submissions/{one}")
    assert status.status == 200 and status.json["status"] == "accepted" and status.json["user_id"] == user, status
    assert status.json["test_id"] == "lsat-6" and status.json["result"] is None, status
    begun = time.monotonic()
    listed = api.get(f"/v1/users/{user}/submissions")
    assert one in [row["submission_id"] for row in listed.json["data"]], listed
    unknown = api.get(f"/v1/submissions/{uuid.uuid4()}")
    assert unknown.status == 503 and int(unknown.headers["Retry-After"]) >= 1, unknown  # it may be in the log
    assert time.monotonic() - begun < SOON


def check_pages(api, user, ids):
    """A user's list goes over pages and filters, newest first; within a millisecond the ids decide."""
    found, cursor = [], ""
    while True:
        page = api.get(f"/v1/users/{user}/submissions?limit=3&test_id=lsat-6{cursor}").json
        found += [row["submission_id"] for row in page["data"]]
        if not page["next_cursor"]:
            break
        cursor = "&cursor=" + page["next_cursor"]
    assert found == sorted(ids, reverse=True), (found, ids)
    assert api.get(f"/v1/users/{user}/submissions?test_id=other").json["data"] == []


def check_batch(api):
    lines = "".join(json.dumps(submission(f"batch-{n % 3}")) + "\n" for n in range(300))
    answer = api.ask("POST", "/v1/submissions:batch", lines, {"Content-Type": "application/x-ndjson"})
    rows = [json.loads(line) for line in answer.body.splitlines()]
    assert len(rows) == 300 and all(row["submission"]["durable"] == "spool" for row in rows), rows[0]
    accepted = {f"batch-{n}": [] for n in range(3)}
    for number, row in enumerate(rows):
        accepted[f"batch-{number % 3}"].append(row["submission"]["submission_id"])
    return accepted


def check_outage(broker, port, folder):
    address = f"127.0.0.1:{port}"
    with Service(*api_options(port), data=folder / "api") as api, \
            Service("--role=worker", "--brokers", address, api=False) as worker:
        answer = api.submit(submission("before"))
        assert answer.json["durable"] == "log", answer
        api.result(answer.json["submission_id"])

        users = Users(api, pause=0.1)
        wait_until(lambda: users.count() > 50, "submissions are accepted")
        broker.stop(keep=True, kill=True)
        wait_until(lambda: len(users.spooled) > 100, "submissions are spooled")
        assert not users.refused, users.refused[0]
        assert users.slowest < SOON, users.slowest

        begun = time.monotonic()
        one = spooled_one(api, "seen")
        assert time.monotonic() - begun < 2, "spooling is slow although the broker is known to be away"
        check_visible(api, "seen", one)
        waited = api.get(f"/v1/submissions/{one}?wait=1")
        assert waited.json["status"] == "accepted", waited
        check_pages(api, "seen", [one] + [spooled_one(api, "seen") for _ in range(7)])
        batch = check_batch(api)
        put = api.ask("PUT", "/v1/tests/new", {"test_id": "new", "items": [{"item_id": "q", "correct": "a"}]})
        assert put.status == 503, put  # tests are not spooled
        wait_until(lambda: api.is_ready() and ready_json(api)["status"] == "spooling", "ready, spooling")
        assert ready_json(api)["spool_records"] >= 100
        wait_until(lambda: (api.metric("gradesvc_spool_records") or 0) >= 100, "the metric")
        assert api.metric("gradesvc_spool_bytes") > 10_000
        assert api.metric("gradesvc_spool_oldest_seconds") > 0
        assert len(api.events("the log is away: submissions are spooled")) == 1

        broker.start()
        before = len(users.spooled)
        wait_until(lambda: ready_json(api)["status"] == "ready" and not api.metric("gradesvc_spool_records"), "drained, although users go on")
        wait_until(lambda: users.count() > before + 50, "submissions go on")
        users.stop()
        drained(api)
        assert not users.refused, users.refused[0]
        accepted = {**users.accepted, **batch}
        check_order(address, accepted)
        for ids in accepted.values():
            api.result(ids[-1])
        everybody = {one for ids in accepted.values() for one in ids}
        wait_until(lambda: everybody <= {headers_of(m)["ce_subject"] for m in read_topic("test_results_ready", address)}, "all are scored")
        assert api.events("draining the spool") and api.events("the spool is drained")
        assert api.metric("gradesvc_spool_drained_total") >= len(users.spooled)
        assert api.submit(submission("after")).json["durable"] == "log"
        worker.stop()


def check_restarts(broker, port, folder):
    """SIGTERM and kill -9 while spooled, then in the midst of the drain."""
    address = f"127.0.0.1:{port}"
    api = Service(*api_options(port), data=folder / "restarts", listen=f"127.0.0.1:{free_port()}")
    with api:
        users = Users(api)
        wait_until(lambda: users.count() > 20, "accepted")
        broker.stop(keep=True)
        for end in (signal.SIGTERM, signal.SIGKILL):
            before = len(users.spooled)
            wait_until(lambda before=before: len(users.spooled) > before + 100, "spooled")
            begun = time.monotonic()
            api.process.send_signal(end)
            assert api.wait_end() == (0 if end == signal.SIGTERM else -signal.SIGKILL)
            assert time.monotonic() - begun < 25
            shown = users.spooled[-1]
            api.ready = False
            api.start()
            status = api.get(f"/v1/submissions/{shown}")
            assert status.status == 200 and status.json["status"] == "accepted", status  # without a broker
            wait_until(api.is_ready, "it accepts by the tests it knew last", SOON)
            answer = api.get("/readyz")
            assert answer.json["status"] == "spooling" and answer.json["spool_records"] > 100, answer
            spooled_one(api, "early")
            assert api.submit(submission("early", test_id="never-seen")).status == 503  # it may be in the log
            assert len(api.events("the spool holds submissions of an earlier time")) == 1
            if end == signal.SIGTERM:  # the next round needs one that accepts
                broker.start()
                drained(api)
                broker.stop(keep=True)
        broker.start()
        wait_until(lambda: api.events("draining the spool"), "the drain begins")
        api.kill()
        api.start()
        drained(api)
        users.stop()
        check_order(address, users.accepted)


def check_points(broker, port, folder):
    """The process ends between any two steps of keeping and of draining."""
    address, data = f"127.0.0.1:{port}", folder / "points"
    accepted = {}
    for point in KEEP_POINTS + DRAIN_POINTS:
        keeping = point in KEEP_POINTS
        api = Service(*api_options(port), data=data, faults={"GRADESVC_FAULT": point + ":20"} if keeping else None)
        with api:
            broker.stop(keep=True)
            users = Users(api, pause=0.005)
            if keeping:
                assert api.wait_end() == -signal.SIGKILL, point
                users.stop()
            else:
                wait_until(lambda users=users: len(users.spooled) > 200, "spooled")
                users.stop()
                api.stop()
            accepted |= users.accepted
        broker.start()
        if not keeping:
            with Service(*api_options(port), data=data, ready=False, faults={"GRADESVC_FAULT": point}) as api:
                assert api.wait_end() == -signal.SIGKILL, point
        with Service(*api_options(port), data=data) as api:
            drained(api)
        check_order(address, accepted)


def fill(api, user):
    for _ in range(100_000):
        answer = api.submit(submission(user, metadata={name: "x" * 1000 for name in "abcd"}))
        if answer.status != 202:
            assert answer.status == 503 and answer.json["type"] == "/problems/overloaded", answer
            assert int(answer.headers["Retry-After"]) >= 1, answer.headers
            return
    raise AssertionError("never full")


def check_full(broker, port, folder):
    with Service(*api_options(port, "--spool-limit", "1MiB"), data=folder / "full") as api:
        broker.stop(keep=True)
        kept = spooled_one(api, "kept")
        fill(api, "full")
        wait_until(lambda: api.get("/readyz").status == 503, "not ready")
        assert ready_json(api)["status"] == "the spool takes no more", ready_json(api)
        assert api.get(f"/v1/submissions/{kept}").json["status"] == "accepted"
        broker.start()
        drained(api)
        assert api.submit(submission("full")).json["durable"] == "log"


def check_off(broker, port, folder):
    data = folder / "off"
    with Service(*api_options(port, "--spool=off"), data=data) as api:
        broker.stop(keep=True)
        wait_until(lambda: not api.is_ready(), "not ready")
        begun = time.monotonic()
        answer = api.submit(submission("off"))
        assert answer.status == 503 and int(answer.headers["Retry-After"]) >= 1, answer
        assert time.monotonic() - begun < 2, "a broker that is known to be away is waited for"
        assert not (data / "spool.db").exists()
        broker.start()
        api.wait_ready()
    with Service(*api_options(port), data=data) as api:
        broker.stop(keep=True)
        kept = spooled_one(api, "left")
        api.stop()
        api.options.append("--spool=off")  # what is there is drained in any case
        broker.start()
        api.start()
        drained(api)
        check_order(f"127.0.0.1:{port}", {"left": [kept]})


def check_full_disk(broker, port, folder):
    disk = folder / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], check=False).returncode != 0:
        print("no right to mount a small disk: the full disk is not tested")
        return
    try:
        with Service(*api_options(port), data=disk / "data") as api:
            broker.stop(keep=True)
            first = spooled_one(api, "disk")
            free = os.statvfs(disk)
            (disk / "filler").write_bytes(b"x" * (free.f_bavail * free.f_frsize - 300_000))
            fill(api, "disk")
            wait_until(lambda: api.get("/readyz").status == 503, "not ready")
            assert api.events("the spool cannot be written")
            assert api.get(f"/v1/submissions/{first}").status == 200
            (disk / "filler").unlink()
            wait_until(api.is_ready, "ready again by itself")
            last = spooled_one(api, "disk")
            broker.start()
            drained(api)
            check_order(f"127.0.0.1:{port}", {"disk": [first, last]})
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def check_damaged(_broker, port, folder):
    """What was accepted may be in it: it is neither used nor replaced."""
    file = folder / "damaged" / "spool.db"
    file.parent.mkdir()
    file.write_bytes(b"no database" * 1000)
    done = run(*api_options(port), "--data", file.parent, "--listen", "127.0.0.1:0")
    assert done.returncode == 2 and str(file) in done.stderr, done
    assert file.read_bytes() == b"no database" * 1000


def main():
    with temp_folder() as folder, own_broker(folder) as broker:
        port = free_port()
        broker.start(port)
        checks = {check.__name__: check for check in (check_outage, check_restarts, check_points, check_full, check_off, check_full_disk, check_damaged)}
        for name in sys.argv[1:] or checks:
            print(name, flush=True)
            checks[name](broker, port, folder)


if __name__ == "__main__":
    sys.exit(main())
