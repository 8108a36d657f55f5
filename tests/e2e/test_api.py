"""The routes of the API as a client sees them, on the embedded log."""
import json
import signal
import socket
import sys
import time
import urllib.parse
import uuid

from service import Server, Service, submission, wait_until

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def problem(answer, status, name, *pointers):
    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/problem+json", answer.headers
    document = answer.json
    assert document["type"] == f"/problems/{name}", document
    assert document["status"] == status and document["title"] and document["trace_id"], document
    assert set(document) >= {"type", "title", "status", "detail", "instance", "errors", "trace_id"}, document
    assert sorted(e["pointer"] for e in document["errors"]) == sorted(pointers), document
    return document


def raw(service, text, answers_expected=1):
    """Sends bytes and reads until the connection ends or that many answers are there."""
    target = urllib.parse.urlsplit(service.url)
    with socket.create_connection((target.hostname, target.port), timeout=30) as connection:
        connection.sendall(text.encode() if isinstance(text, str) else text)
        received = b""
        while received.count(b"HTTP/1.1 ") < answers_expected or not complete(received):
            part = connection.recv(65536)
            if not part:
                break
            received += part
        return received.decode()


def complete(received):
    """Whether the last answer has its whole body."""
    head, _, body = received[received.rindex(b"HTTP/1.1 "):].partition(b"\r\n\r\n") if b"HTTP/1.1 " in received else (b"", b"", b"")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return bool(head) and b" 100 " not in head.split(b"\r\n")[0]


def check_submit(service):
    answer = service.submit(submission("u-1", "11000"))
    assert answer.status == 202, answer
    accepted = answer.json
    assert list(accepted) == ["message", "submission_id", "status", "status_url", "accepted_at", "test_version", "durable"], accepted
    assert accepted["message"] == "success, processing asynchronously" and accepted["status"] == "accepted" and accepted["durable"] == "log"
    assert accepted["status_url"] == answer.headers["Location"] == f"/v1/submissions/{accepted['submission_id']}"
    assert uuid.UUID(accepted["submission_id"]).version == 7 and accepted["test_version"] == 1
    status = service.result(accepted["submission_id"])
    assert list(status) == ["submission_id", "user_id", "test_id", "test_version", "attempt", "status", "accepted_at", "scored_at", "result", "failure"]
    assert status["accepted_at"] == accepted["accepted_at"] and status["failure"] is None
    assert status["result"]["score"] == {"raw": 2, "max": 5, "percent": 40, "answered": 5, "items": 5, "pending": 0}
    assert [i["outcome"] for i in status["result"]["items"]] == ["correct", "correct", "incorrect", "incorrect", "incorrect"]

    for path in ("/api/submit-test", "/api/submit-test/"):
        answer = service.ask("POST", path, submission("u-1"))
        assert answer.status == 202, answer
        service.result(answer.json["submission_id"])
    assert service.ask("POST", "/v1/submissions", json.dumps(submission(7)), {"Content-Type": "application/json; charset=utf-8"}).status == 202


def check_keys(service):
    expected = str(uuid.uuid5(uuid.UUID("6f2a3c1e-6d0b-5d5e-9a55-0c1f6a7d9b10"), '["u-k","lsat-6","order 66"]'))
    for answer in (service.submit(submission("u-k", submission_key="order 66")), service.submit(submission("u-k"), Idempotency_Key='"order 66"'),
                   service.submit(submission("u-k", submission_key="order 66"), Idempotency_Key="order 66")):
        assert answer.status == 202 and answer.json["submission_id"] == expected, answer
    problem(service.submit(submission("u-k", submission_key="a"), Idempotency_Key="b"), 422, "validation", "/submission_key")
    problem(service.submit(submission("u-k"), Idempotency_Key="x" * 256), 422, "validation", "")


def check_refusals(service):
    problem(service.submit("{"), 400, "malformed")
    problem(service.submit(""), 400, "malformed")
    problem(service.submit(b'{"user_id":"\xff"}'), 400, "malformed")
    problem(service.submit("[" * 33 + "]" * 33), 400, "malformed")
    problem(service.submit("[]"), 422, "validation", "")
    problem(service.submit({}), 422, "validation", "/user_id", "/test_id", "/answers")
    problem(service.submit('{"user_id":"u","user_id":"v","test_id":"lsat-6","answers":{}}'), 422, "validation", "/user_id")
    problem(service.submit({**submission("u"), "what": 1}), 422, "validation", "/what")
    problem(service.submit({**submission("u"), "answers": {"item_1": "2", "item_9": "1", "item_2": ["1", "0"], "item_3": 1}}), 422, "validation",
            "/answers/item_1", "/answers/item_9", "/answers/item_2/1", *service_accepts_numbers(service))
    problem(service.submit({**submission("u"), "test_id": "no-such"}), 422, "unknown-test", "/test_id")
    problem(service.submit(submission("u", test_version=9)), 422, "unknown-test", "/test_version")
    problem(service.submit("x" * (512 * 1024 + 1)), 413, "too-large")
    problem(service.submit(submission("u"), Content_Type="text/plain"), 415, "unsupported-media-type")
    problem(service.submit(submission("u"), Accept="text/html"), 406, "not-acceptable")
    answer = service.ask("DELETE", "/v1/submissions", headers={})
    problem(answer, 405, "method-not-allowed")
    assert "POST" in answer.headers["Allow"]
    problem(service.get("/no/such/page"), 404, "not-found")
    problem(service.get("/healthz", X="x" * 20_000), 431, "headers-too-large")
    for name in ("malformed", "validation", "unknown-test", "not-found", "overloaded", "too-large"):
        answer = service.get(f"/problems/{name}", Accept="application/json")
        assert answer.status == 200 and answer.json["type"] == f"/problems/{name}", answer
    assert service.get("/problems/validation", Accept="text/html").body.lower().startswith(b"<!doctype html>")
    problem(service.get("/problems/no-such"), 404, "not-found")


def service_accepts_numbers(service):
    """Whether an option "1" may be given as the number 1: then it is no error."""
    answer = service.submit({**submission("u"), "answers": {"item_3": 1}})
    return [] if answer.status == 202 else ["/answers/item_3"]


def check_status(service):
    problem(service.get(f"/v1/submissions/{UNKNOWN}"), 404, "not-found")
    problem(service.get("/v1/submissions/no-uuid"), 404, "not-found")
    start = time.monotonic()
    problem(service.get(f"/v1/submissions/{UNKNOWN}?wait=1"), 404, "not-found")
    assert 0.9 <= time.monotonic() - start < 10
    problem(service.get(f"/v1/submissions/{UNKNOWN}?wait=61"), 422, "validation", "")
    problem(service.get(f"/v1/submissions/{UNKNOWN}?what=1"), 422, "validation", "")
    later = service.submit(submission("u-s")).json["submission_id"]
    assert service.get(f"/v1/submissions/{later}", Prefer="wait=20").json["status"] == "scored"
    assert service.get(f"/v1/submissions/{later.upper()}").json["submission_id"] == later


def check_read_your_write(service):
    for number in range(50):
        accepted = service.submit(submission(f"u-w{number}")).json["submission_id"]
        answer = service.get(f"/v1/submissions/{accepted}")
        assert answer.status == 200 and answer.json["status"] in ("accepted", "scored"), answer


def check_list(service):
    ids = [service.submit(submission("ü/1 &", f"1{n:04b}")).json["submission_id"] for n in range(7)]
    for one in ids:
        service.result(one)
    path = f"/v1/users/{urllib.parse.quote('ü/1 &', safe='')}/submissions"
    rows, cursor = [], ""
    for expected in (3, 3, 1):
        page = service.get(f"{path}?limit=3{cursor}").json
        assert list(page) == ["data", "next_cursor"] and len(page["data"]) == expected, page
        rows += page["data"]
        cursor = f"&cursor={urllib.parse.quote(page['next_cursor'] or '')}"
    assert page["next_cursor"] is None
    assert sorted(r["submission_id"] for r in rows) == sorted(ids)
    order = [(r["accepted_at"], r["submission_id"]) for r in rows]
    assert order == sorted(order, reverse=True)
    assert all("result" not in r and r["status"] == "scored" and r["user_id"] == "ü/1 &" for r in rows)
    assert len(service.get(f"{path}?test_id=lsat-6").json["data"]) == 7
    assert service.get(f"{path}?test_id=other").json == {"data": [], "next_cursor": None}
    assert service.get("/v1/users/nobody/submissions").json == {"data": [], "next_cursor": None}
    for query in ("limit=0", "limit=201", "limit=x", "cursor=x", "what=1"):
        problem(service.get(f"{path}?{query}"), 422, "validation", "")


def check_batch(service):
    lines = [json.dumps(submission("b-1")), "", "{", json.dumps({**submission("b-2"), "what": 1}), json.dumps(submission("b-3"))]
    answer = service.ask("POST", "/v1/submissions:batch", "\n".join(lines), {"Content-Type": "application/x-ndjson"})
    assert answer.status == 200, answer
    out = [json.loads(line) for line in answer.body.decode().splitlines()]
    assert [(o["line"], o["http_status"]) for o in out] == [(1, 202), (3, 400), (4, 422), (5, 202)], out
    assert out[1]["problem"]["type"] == "/problems/malformed"
    assert [e["pointer"] for e in out[2]["problem"]["errors"]] == ["/what"]
    for one in (out[0], out[3]):
        service.result(one["submission"]["submission_id"])


def check_tests(service):
    def definition(correct, **more):
        return {"test_id": "mine", "title": "Mine", "items": [{"item_id": "q1", "options": ["A", "B"], "correct": correct}], **more}

    first = service.ask("PUT", "/v1/tests/mine", definition("A"))
    assert first.status == 201 and first.json["version"] == 1, first
    again = service.ask("PUT", "/v1/tests/mine", definition("A"))
    assert again.status == 200 and again.headers["ETag"] == first.headers["ETag"], again
    old = service.submit({"user_id": "u-t", "test_id": "mine", "answers": {"q1": "A"}}).json
    second = service.ask("PUT", "/v1/tests/mine", definition("B"), {"If-Match": first.headers["ETag"]})
    assert second.status == 201 and second.json["version"] == 2 and second.headers["ETag"] != first.headers["ETag"], second
    new = service.submit({"user_id": "u-t", "test_id": "mine", "answers": {"q1": "A"}}).json  # read your write
    named = service.submit({"user_id": "u-t", "test_id": "mine", "answers": {"q1": "A"}, "test_version": 1}).json
    assert [s["test_version"] for s in (old, new, named)] == [1, 2, 1]
    assert [service.result(s["submission_id"])["result"]["score"]["raw"] for s in (old, new, named)] == [1, 0, 1]

    problem(service.ask("PUT", "/v1/tests/mine", definition("A"), {"If-Match": first.headers["ETag"]}), 412, "precondition-failed")
    problem(service.ask("PUT", "/v1/tests/mine", definition("A", version=2)), 409, "conflict")
    problem(service.ask("PUT", "/v1/tests/other", definition("A")), 422, "validation", "/test_id")
    problem(service.ask("PUT", "/v1/tests/mine", "{"), 400, "malformed")
    problem(service.ask("PUT", "/v1/tests/mine", {"test_id": "mine", "items": [{"item_id": "q1"}, {"item_id": "q2", "correct": "A", "what": 1}]}), 422,
            "validation", "/items/0/correct", "/items/1/what")

    latest = service.get("/v1/tests/mine")
    assert latest.headers["ETag"] == second.headers["ETag"] and latest.json["version"] == 2
    assert "correct" not in latest.json["items"][0], latest
    assert service.get("/v1/tests/mine?key=true").json["items"][0]["correct"] in ("B", ["B"])
    assert service.get("/v1/tests/mine?version=1&key=true").json["items"][0]["correct"] in ("A", ["A"])
    assert service.get("/v1/tests/mine", If_None_Match=latest.headers["ETag"]).status == 304
    problem(service.get("/v1/tests/mine?version=3"), 404, "not-found")
    problem(service.get("/v1/tests/no-such"), 404, "not-found")
    listed = {t["test_id"]: t for t in service.get("/v1/tests").json["data"]}
    assert {"lsat-6", "mine"} <= set(listed) and listed["mine"]["version"] == 2 and listed["mine"]["items"] == 1, listed


def check_operation(service):
    assert service.get("/healthz").status == 200
    ready = service.get("/readyz")
    assert ready.status == 200 and ready.json["status"] == "ready", ready
    text = service.get("/metrics").body.decode()
    for name in ("gradesvc_submissions_accepted_total", "gradesvc_submissions_scored_total", "gradesvc_accept_duration_seconds_bucket",
                 "gradesvc_score_duration_seconds_bucket", "gradesvc_commit_duration_seconds_bucket", "gradesvc_result_latency_seconds_bucket",
                 "gradesvc_oldest_unscored_seconds", "gradesvc_in_flight_records", "gradesvc_retries_total", "gradesvc_rebalances_total",
                 'gradesvc_http_requests_total{route="/v1/submissions/{submission_id}",status="200"}', "gradesvc_build_info{version="):
        assert name in text, name
    wait_until(lambda: service.metric("gradesvc_consumer_lag_records", topic="test_submissions", partition="0") == 0, "lag of a partition", 30)
    # A retry is accepted like the first one, and dropped by the worker.
    settled = ("gradesvc_submissions_scored_total", "gradesvc_duplicates_total")
    wait_until(lambda: service.metric("gradesvc_submissions_accepted_total") == sum(service.metric(name) for name in settled), "all settled")
    assert "u-1" not in text and UNKNOWN not in text


def check_http(service):
    body = json.dumps(submission("u-h"))
    post = f"POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    pipelined = raw(service, (post + "\r\n" + body) * 3, 3)
    assert pipelined.count("HTTP/1.1 202 ") == 3, pipelined
    target = urllib.parse.urlsplit(service.url)
    with socket.create_connection((target.hostname, target.port), timeout=30) as careful:
        careful.sendall((post + "Expect: 100-continue\r\n\r\n").encode())
        assert careful.recv(100).startswith(b"HTTP/1.1 100 ")
        careful.sendall(body.encode())
        assert careful.recv(65536).startswith(b"HTTP/1.1 202 ")
    assert "connection: close" in raw(service, post + "Connection: close\r\n\r\n" + body).lower()
    chunks = f"{len(body) - 10:x}\r\n{body[:-10]}\r\na\r\n{body[-10:]}\r\n0\r\n\r\n"
    assert raw(service, "POST /v1/submissions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks).startswith("HTTP/1.1 202 ")
    for bad in ("Transfer-Encoding: chunked\r\n", "Content-Length: 7\r\n", "Transfer-Encoding: gzip\r\n", "X : y\r\n"):
        answer = raw(service, post + bad + "\r\n" + body)
        assert answer.startswith("HTTP/1.1 4"), (bad, answer)
    assert raw(service, "GET /healthz HTTP/1.1\r\n\r\n").startswith("HTTP/1.1 400 ")  # no Host
    assert raw(service, "no http\r\n\r\n").startswith("HTTP/1.1 400 ")


def check_drain():
    with Service("--drain-timeout", "20s") as service:
        target = urllib.parse.urlsplit(service.url)
        body = json.dumps(submission("u-d")).encode()
        with socket.create_connection((target.hostname, target.port), timeout=30) as half, \
                socket.create_connection((target.hostname, target.port), timeout=30) as waiting:
            half.sendall(f"POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:10])
            waiting.sendall(f"GET /v1/submissions/{UNKNOWN}?wait=50 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            wait_until(lambda: (service.metric("gradesvc_http_requests_total", route="/metrics") or 0) >= 3, "requests are being handled")
            service.process.send_signal(signal.SIGTERM)
            service.wait_for_event("ending")
            ended = waiting.recv(65536)  # a wait ends with what is known
            assert ended.startswith(b"HTTP/1.1 404 "), ended
            half.sendall(body[10:])
            answer = half.recv(65536)
            assert answer.startswith(b"HTTP/1.1 202 ") and b"connection: close" in answer.lower(), answer
            accepted = json.loads(answer.partition(b"\r\n\r\n")[2])["submission_id"]
        assert service.wait_end(30) == 0
        try:
            service.get("/healthz")
            raise AssertionError("still answers")
        except OSError:
            pass
        with Service(data=service.data) as again:  # what was accepted at the very end is there
            again.result(accepted)


def check_drain_readiness():
    """While a request keeps the service, its admin address says that it drains."""
    with Service("--drain-timeout", "20s", "--admin-listen", "127.0.0.1:0") as service:
        admin = Server(service.wait_for_event("admin listening")["url"])
        assert admin.get("/readyz").status == 200
        target = urllib.parse.urlsplit(service.url)
        body = json.dumps(submission("u-d")).encode()
        with socket.create_connection((target.hostname, target.port), timeout=30) as half:
            half.sendall(f"POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode())
            assert half.recv(100).startswith(b"HTTP/1.1 100 ")  # it is being handled
            service.process.send_signal(signal.SIGTERM)
            answer = wait_until(lambda: next((a for a in [admin.get("/readyz")] if a.status == 503), None), "not ready")
            assert answer.json["status"] == "draining", answer
            half.sendall(body)
            assert half.recv(65536).startswith(b"HTTP/1.1 202 ")
        assert service.wait_end(30) == 0


def check_second_signal():
    with Service("--drain-timeout", "60s") as service:
        target = urllib.parse.urlsplit(service.url)
        with socket.create_connection((target.hostname, target.port), timeout=30) as half:
            half.sendall(b"POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n")
            assert half.recv(100).startswith(b"HTTP/1.1 100 ")
            service.process.send_signal(signal.SIGINT)
            service.wait_for_event("ending")
            service.process.send_signal(signal.SIGINT)
            assert service.wait_end(10) != 0


def main():
    with Service() as service:
        for check in (check_submit, check_keys, check_refusals, check_status, check_read_your_write, check_list, check_batch, check_tests, check_http,
                      check_operation):
            print(check.__name__, flush=True)
            check(service)
    for check in (check_drain, check_drain_readiness, check_second_signal):
        print(check.__name__, flush=True)
        check()


if __name__ == "__main__":
    sys.exit(main())
