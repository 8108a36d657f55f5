"""The demo on the embedded log: the counts; a restart keeps everything; a deleted read model is built again."""
import sys
import threading

from service import COUNTS, Service, finish_demo, start_demo, temp_folder, wait_until


def counts_of_everyone(service):
    """Scores of all examinees by the API."""
    raws = []
    for number in range(1, 1001):
        page = service.get(f"/v1/users/examinee-{number:04}/submissions").json
        assert [row["status"] for row in page["data"]] == ["scored"], page
        raws.append(service.result(page["data"][0]["submission_id"])["result"]["score"]["raw"])
    return [raws.count(score) for score in range(6)]


def delete_view(data):
    files = list(data.glob("view.db*"))
    assert files
    for file in files:
        file.unlink()


def main():
    with temp_folder() as folder:
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
