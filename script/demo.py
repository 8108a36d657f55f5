"""Sends the answers of the 1000 LSAT-6 examinees to a running gradesvc and prints the scores; see script/demo."""
import argparse
import csv
import http.client
import json
import pathlib
import queue
import sys
import threading
import time
import urllib.parse
import uuid

TEST = "lsat-6"
ANSWERS = pathlib.Path(__file__).resolve().parent.parent / "config" / "data" / "lsat6.csv"
EXPECTED = [3, 20, 85, 237, 357, 298]  # examinees with 0…5 right answers
BACK_OFF = 0.2  # seconds between two tries when the service does not say how long


class Failed(Exception):
    """What went wrong, for people."""


def submissions_of(run):
    """One a examinee, in the order of the table; the key makes a retry the same submission."""
    with open(ANSWERS, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    patterns = [row["pattern"] for row in rows for _ in range(int(row["freq"]))]
    return [{"user_id": f"examinee-{number:04}", "test_id": TEST, "group_id": f"demo-{run}", "submission_key": f"demo-{run}",
             "answers": {f"item_{i}": answer for i, answer in enumerate(pattern, 1)}}
            for number, pattern in enumerate(patterns, 1)]


class Client:
    """One connection; asks again, with the same bytes, as long as the service cannot answer."""

    def __init__(self, url, deadline):
        self.url = urllib.parse.urlsplit(url)
        self.deadline = deadline
        self.connection = None

    def ask(self, method, path, body=None):
        while True:
            status, headers, answer = self.try_once(method, path, body)
            if status not in (None, 503):
                return status, answer
            wait = float(headers.get("Retry-After", BACK_OFF)) if status else BACK_OFF
            if time.monotonic() + wait > self.deadline:
                raise Failed(f"{self.url.geturl()}: " + (f"answers {status}" if status else str(answer)))
            time.sleep(wait)

    def try_once(self, method, path, body):
        try:
            if self.connection is None:
                kind = http.client.HTTPSConnection if self.url.scheme == "https" else http.client.HTTPConnection
                self.connection = kind(self.url.hostname, self.url.port, timeout=60)
            self.connection.request(method, self.url.path.rstrip("/") + path, body, {"Content-Type": "application/json"} if body else {})
            response = self.connection.getresponse()
            answer = response.read()
            return response.status, response.headers, json.loads(answer) if answer else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            return None, {}, error

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def send(client, submission):
    status, answer = client.ask("POST", "/v1/submissions", json.dumps(submission))
    if status == 422 and answer["type"].endswith("/unknown-test"):
        raise Failed(f"the service has no test {TEST}: start it on an empty data folder or with --tests config/tests")
    if status != 202:
        raise Failed(f"a submission was answered {status}: {json.dumps(answer)}")
    return answer["submission_id"]


def wait_for_score(client, submission_id):
    while True:
        status, answer = client.ask("GET", f"/v1/submissions/{submission_id}?wait=20")
        if status != 200:
            raise Failed(f"submission {submission_id} was answered {status}: {json.dumps(answer)}")
        if answer["status"] == "failed":
            raise Failed(f"submission {submission_id} failed: {json.dumps(answer['failure'])}")
        if answer["status"] == "scored":
            return answer["result"]["score"]["raw"]
        if time.monotonic() > client.deadline:
            raise Failed(f"submission {submission_id} is not scored")


class Progress:
    """A bar on stderr, when that is a terminal."""

    def __init__(self, shown):
        self.shown = shown
        self.next = 0.0

    def show(self, what, done, total):
        now = time.monotonic()
        if not self.shown or (now < self.next and done < total):
            return
        self.next = now + 0.1
        filled = 40 * done // total
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r{what:8} [{'#' * filled}{'.' * (40 - filled)}] {done}/{total}{end}")
        sys.stderr.flush()


def in_parallel(options, deadline, what, jobs, work, progress, rate=None):
    """work(client, job) of all jobs on several connections, in the order of the jobs; the first failure ends it."""
    todo, done = queue.SimpleQueue(), queue.SimpleQueue()
    start, ended = time.monotonic(), threading.Event()
    for number, job in enumerate(jobs):
        todo.put((number, job))

    def run():
        client = Client(options.url, deadline)
        try:
            while not ended.is_set():
                number, job = todo.get_nowait()
                if rate:
                    time.sleep(max(0.0, start + number / rate - time.monotonic()))
                done.put((number, work(client, job)))
        except queue.Empty:
            pass
        except Exception as error:  # pylint: disable=broad-except # told by the main thread
            done.put((None, error))
        finally:
            client.close()

    threads = [threading.Thread(target=run, daemon=True) for _ in range(options.connections)]
    for thread in threads:
        thread.start()
    results = [None] * len(jobs)
    for count in range(1, len(jobs) + 1):
        number, result = done.get()
        if number is None:
            ended.set()
            raise result
        results[number] = result
        progress.show(what, count, len(jobs))
    for thread in threads:
        thread.join()
    return results


def print_scores(options, counts, seconds):
    good = counts == EXPECTED
    if options.json:
        print(json.dumps({"counts": counts, "expected": EXPECTED, "ok": good, "seconds": round(seconds, 3)}))
    elif not options.quiet:
        print(f"LSAT-6, {sum(counts)} examinees scored in {seconds:.1f} s. Right answers:")
        for score, count in enumerate(counts):
            print(f"  {score} {count:5} {'█' * round(60 * count / max(counts))}")
    if not good:
        raise Failed(f"the distribution should be {EXPECTED}, and is {counts}")


def main():
    parser = argparse.ArgumentParser(prog="script/demo", description="Sends the answers of the 1000 LSAT-6 examinees through a running "
                                     "gradesvc and prints the distribution of scores. Exit 1 when it is not the right one.")
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="the service (default: %(default)s)")
    parser.add_argument("--rate", type=float, metavar="N", help="submissions a second (default: as fast as they are taken)")
    parser.add_argument("--connections", type=int, default=8, metavar="N", help="at a time (default: %(default)s)")
    parser.add_argument("--timeout", type=float, default=300, metavar="S", help="seconds for everything (default: %(default)s)")
    parser.add_argument("--quiet", action="store_true", help="no output but errors")
    parser.add_argument("--json", action="store_true", help="the result as JSON")
    options = parser.parse_args()
    if options.connections < 1 or (options.rate is not None and options.rate <= 0) or options.timeout <= 0:
        parser.error("--connections, --rate and --timeout must be above 0")

    start = time.monotonic()
    progress = Progress(sys.stderr.isatty() and not options.quiet)
    try:
        submissions = submissions_of(uuid.uuid4().hex[:12])
        ids = in_parallel(options, start + options.timeout, "sent", submissions, send, progress, options.rate)
        if len(set(ids)) != len(ids):
            raise Failed("two examinees got the same submission")
        scores = in_parallel(options, start + options.timeout, "scored", ids, wait_for_score, progress)
        print_scores(options, [scores.count(score) for score in range(len(EXPECTED))], time.monotonic() - start)
    except Failed as error:
        if progress.shown:
            sys.stderr.write("\n")
        print(f"script/demo: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
