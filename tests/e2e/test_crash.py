"""kill -9 of the embedded service in the middle of submissions: what got a 202 has exactly one result."""
import contextlib
import http.client
import json
import random
import sqlite3
import sys
import threading
import urllib.parse
from collections import Counter

from service import Service, submission, temp_folder, wait_until

SUBMISSIONS = 2000
SENDERS = 8


def send(url, numbers, accepted):
    """Until the connection breaks."""
    target = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=60)
    try:
        for number in numbers:
            connection.request("POST", "/v1/submissions", json.dumps(submission(f"crash-{number % 500}", f"{number % 32:05b}")))
            answer = connection.getresponse()
            body = json.loads(answer.read())
            assert answer.status == 202, body
            accepted[number] = body["submission_id"]
    except (OSError, http.client.HTTPException):
        pass
    finally:
        connection.close()


def send_all(service, numbers, accepted):
    senders = [threading.Thread(target=send, args=(service.url, numbers[i::SENDERS], accepted)) for i in range(SENDERS)]
    for sender in senders:
        sender.start()
    return senders


def check(service, accepted):
    for number, one in accepted.items():
        result = service.result(one)["result"]
        assert result["score"]["raw"] == f"{number % 32:05b}".count("1"), result


def results_on_log(data):
    """How often each submission has a result in the embedded log."""
    with contextlib.closing(sqlite3.connect(data / "log.db")) as log:
        rows = log.execute("SELECT r.value FROM topics t JOIN partitions p ON p.topic = t.id JOIN records r ON r.id >> 40 = p.slot "
                           "WHERE t.name = 'test_results_ready'")
        return Counter(json.loads(value)["submission_id"] for (value,) in rows)


def main():
    seed = random.randrange(1_000_000)
    print("seed", seed)
    moment = random.Random(seed)
    accepted, numbers = {}, list(range(SUBMISSIONS))
    with temp_folder() as folder:
        data = folder / "data"
        for life in range(3):  # of as many submissions each; the last one is not killed
            share = numbers[life * SUBMISSIONS // 3:(life + 1) * SUBMISSIONS // 3]
            with Service(data=data) as service:
                before = len(accepted)
                senders = send_all(service, share, accepted)
                if life < 2:
                    goal = before + moment.randrange(100, 500)
                    wait_until(lambda at=goal: len(accepted) >= at, f"{goal} accepted")
                    service.process.kill()
                    assert service.wait_end() != 0
                for sender in senders:
                    sender.join(120)
                    assert not sender.is_alive()
                if life == 2:
                    assert len(accepted) == before + len(share)
                    check(service, accepted)
        found = results_on_log(data)
        assert set(accepted.values()) <= set(found), "accepted, but without a result"
        assert set(found.values()) == {1}, found.most_common(3)


if __name__ == "__main__":
    sys.exit(main())
