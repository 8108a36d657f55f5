"""A broker that comes late, goes and comes back: waited for, told, and nothing lost of what was accepted."""
import sys
import threading
import time

from broker import headers_of, own_broker, read_topic
from service import TESTS, Service, free_port, submission, temp_folder, wait_until


class Sender(threading.Thread):
    """Submits all the time; keeps what got a 202 and how the others were answered."""

    def __init__(self, api):
        super().__init__(daemon=True)
        self.api, self.accepted, self.refused = api, [], []
        self.ended = threading.Event()

    def run(self):
        number = 0
        while not self.ended.is_set():
            number += 1
            answer = self.api.submit(submission(f"away-{number}"))
            if answer.status == 202:
                self.accepted.append(answer.json["submission_id"])
            else:
                self.refused.append(answer)
                time.sleep(0.05)

    def stop(self):
        self.ended.set()
        self.join(120)
        assert not self.is_alive()


def check_outcomes(api, address, accepted):
    for one in accepted:
        api.result(one)
    results = [headers_of(m)["ce_subject"] for m in read_topic("test_results_ready", address)]
    assert len(results) == len(set(results)), "a submission has two results"
    assert set(accepted) <= set(results)


def main():
    with temp_folder() as folder, own_broker(folder) as broker:
        port = free_port()
        address = f"127.0.0.1:{port}"
        with Service("--role=api", "--brokers", address, "--tests", TESTS, "--spool=off", "--kafka", "message.timeout.ms=6000", ready=False) as api, \
                Service("--role=worker", "--brokers", address, api=False, ready=False) as worker:
            for service in (api, worker):
                service.wait_for_event("waiting for the broker")
                answer = service.get("/readyz")
                assert answer.status == 503 and answer.json["status"] == "waiting for the log", answer
                assert service.get("/healthz").status == 200
            with Service("--role=worker", "--brokers", address, api=False, ready=False) as hasty:
                hasty.wait_for_event("waiting for the broker")
                begun = time.monotonic()
                hasty.stop()
                assert time.monotonic() - begun < 2.5, "SIGTERM waits for the broker"
            early = api.submit(submission("early"))
            assert early.status == 503 and early.json["type"] == "/problems/overloaded" and int(early.headers["Retry-After"]) >= 1, early

            broker.start(port)
            api.wait_ready()
            worker.wait_ready()
            first = api.submit(submission("first")).json["submission_id"]
            api.result(first)

            sender = Sender(api)
            sender.start()
            wait_until(lambda: len(sender.accepted) >= 20, "submissions are accepted")
            broker.stop(keep=True)
            wait_until(lambda: len(sender.refused) >= 2, "submissions are refused")
            wait_until(lambda: not api.is_ready() and not worker.is_ready(), "not ready")
            for answer in list(sender.refused):
                assert answer.status == 503 and answer.json["type"] == "/problems/overloaded", answer
                assert int(answer.headers["Retry-After"]) >= 1, answer.headers
            assert api.get(f"/v1/submissions/{first}").json["status"] == "scored"  # what is known can be read
            assert api.get("/v1/users/first/submissions").status == 200

            broker.start()
            api.wait_ready()
            worker.wait_ready()
            before = len(sender.accepted)
            wait_until(lambda: len(sender.accepted) >= before + 20, "submissions are accepted again")
            sender.stop()
            check_outcomes(api, address, sender.accepted)
            for service in (api, worker):
                service.stop()


if __name__ == "__main__":
    sys.exit(main())
