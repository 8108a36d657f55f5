"""kill -9 from outside, again and again at random moments of a worker under load: no submission is condemned for it, and every
one has exactly one result."""
import random
import sys
import threading
import time
from collections import Counter

from broker import BROKER, headers_of, need_broker, read_topic
from service import Service, submission, unique_prefix, wait_until
from supervised import Supervised

KILLS = 30


def main():
    need_broker()
    seed = random.randrange(1_000_000)
    print("seed", seed)
    moment = random.Random(seed)
    prefix = unique_prefix()
    kafka = ["--brokers", BROKER, "--topic-prefix", prefix, "--partitions", "4"]
    accepted, done = [], threading.Event()
    with Service("--role=api", *kafka, "--tests", "config/tests") as api, \
            Supervised("--role=worker", *kafka, "--instance", "killed", "--threads", "2", api=False) as worker:

        def send():
            number = 0
            while not done.is_set():
                answer = api.submit(submission(f"user-{number % 50}", f"{number % 32:05b}"))
                assert answer.status == 202, answer
                accepted.append(answer.json["submission_id"])
                number += 1
                time.sleep(0.002)

        sender = threading.Thread(target=send)
        sender.start()
        for kill in range(KILLS):
            before = len(worker.all_events("worker started"))
            worker.process.kill()
            wait_until(lambda: len(worker.ends) > kill, "the end of the process")  # pylint: disable=cell-var-from-loop
            wait_until(lambda: len(worker.all_events("worker started")) > before, "a new life")  # pylint: disable=cell-var-from-loop
            time.sleep(moment.uniform(0, 0.7))  # any moment is as good as another
        done.set()
        sender.join()
        last = accepted[-1]
        wait_until(lambda: api.get(f"/v1/submissions/{last}").json["status"] == "scored", "the last one scored")
        wait_until(lambda: sum(headers_of(r)["ce_subject"] in known for r in read_topic(prefix + "test_results_ready")) == len(accepted)
                   if (known := set(accepted)) else False, "all scored")
        results = Counter(headers_of(record)["ce_subject"] for record in read_topic(prefix + "test_results_ready"))
        assert results == Counter(accepted), results.most_common(3)
        assert not read_topic(prefix + "test_submissions.dlq")
        assert not worker.all_events("quarantined")
        print(f"{len(accepted)} submissions, {len(worker.ends)} kills, {len(worker.all_events('a suspect ended its scorer'))} deaths of children")


if __name__ == "__main__":
    sys.exit(main())
