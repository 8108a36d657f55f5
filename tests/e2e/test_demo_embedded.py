"""The demo on the embedded log: the counts; a restart keeps everything; a deleted read model is built again; and the
demo itself: it goes on over a restart of the service, and fails when it must."""
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from service import COUNTS, TESTS, Service, finish_demo, free_port, start_demo, temp_folder, wait_until


def counts_of_everyone(service):
    """Scores of all examinees by the API; each has exactly one submission."""

    def score(number):
        page = service.get(f"/v1/users/examinee-{number:04}/submissions").json
        assert [row["status"] for row in page["data"]] == ["scored"], page
        return service.result(page["data"][0]["submission_id"])["result"]["score"]["raw"]

    with ThreadPoolExecutor(16) as pool:
        raws = list(pool.map(score, range(1, 1001)))
    return [raws.count(right) for right in range(6)]


def delete_view(data):
    files = list(data.glob("view.db*"))
    assert files
    for file in files:
        file.unlink()


def check_restart_in_the_middle(folder):
    address = f"127.0.0.1:{free_port()}"
    first = Service(data=folder / "restart", listen=address)
    with first:
        demo = start_demo(first.url, "--rate", "400")
        wait_until(lambda: (first.metric("gradesvc_submissions_accepted_total") or 0) >= 200, "some submissions")
        first.stop()
    assert demo.poll() is None
    with Service(data=folder / "restart", listen=address) as second:
        finish_demo(demo)
        assert counts_of_everyone(second) == COUNTS


def check_failures(folder):
    """A key that is wrong, a test that is not there, a service that is not there."""
    tests = folder / "tests"
    tests.mkdir()
    other = json.loads((TESTS / "lsat-6.json").read_text(encoding="utf-8"))
    other["items"][0]["correct"] = "0"
    (tests / "lsat-6.json").write_text(json.dumps(other))
    with Service("--tests", tests) as service:
        demo = start_demo(service.url)
        out, errors = demo.communicate(timeout=240)
        assert demo.returncode == 1 and not json.loads(out)["ok"] and "distribution" in errors, (out, errors)
    other["test_id"] = "other"
    (tests / "lsat-6.json").write_text(json.dumps(other))
    with Service("--tests", tests) as service:
        demo = start_demo(service.url)
        out, errors = demo.communicate(timeout=60)
        assert demo.returncode == 1 and "no test lsat-6" in errors, (out, errors)
    demo = start_demo(service.url, "--timeout", "1")
    out, errors = demo.communicate(timeout=60)
    assert demo.returncode == 1 and service.url in errors and "Traceback" not in errors, (out, errors)


def main():
    with temp_folder() as folder:
        check_restart_in_the_middle(folder)
        check_failures(folder)
        data = folder / "data"
        with Service(data=data) as service:
            finish_demo(start_demo(service.url))
            assert service.metric("gradesvc_submissions_accepted_total") == 1000
            wait_until(lambda: service.metric("gradesvc_submissions_scored_total") == 1000, "1000 counted as scored")

        with Service(data=data) as service:  # the same folder again
            assert counts_of_everyone(service) == COUNTS
            assert service.metric("gradesvc_submissions_scored_total") in (0, None)  # nothing is scored twice

        delete_view(data)
        with Service(data=data, ready=False) as service:
            seen, ended = [], threading.Event()

            def look():
                while not ended.is_set():
                    answer = service.get("/readyz")
                    seen.append((answer.status, answer.json["status"], answer.json["results_replayed"]))

            watching = threading.Thread(target=look)
            watching.start()
            try:
                service.wait_ready()
            finally:
                ended.set()
                watching.join()
            assert service.get("/readyz").json["results_replayed"] == 1
            for status, word, progress in seen:
                assert 0 <= progress <= 1
                assert (status == 200) == (word == "ready"), (status, word)
            assert [s[2] for s in seen] == sorted(s[2] for s in seen), seen  # progress goes one way
            replay = wait_until(lambda: [line for line in service.events("replay finished") if line["what"] == "read model"], "log line about the replay")
            assert replay[0]["count"] >= 2000, replay
            assert counts_of_everyone(service) == COUNTS

            finish_demo(start_demo(service.url))  # the same people once more
            page = service.get("/v1/users/examinee-0001/submissions").json
            assert len(page["data"]) == 2, page


if __name__ == "__main__":
    sys.exit(main())
