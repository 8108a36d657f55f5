"""What stands on the log, read apart from gradesvc, and what must hold of it.

A ledger takes the records of the three topics as a reader with read_committed gets them, and judges them against the 202s.
"""
import time
import uuid
from collections import Counter

SUBMISSIONS, RESULTS, DEAD = "test_submissions", "test_results_ready", "test_submissions.dlq"
TOPICS = (SUBMISSIONS, RESULTS, DEAD)
STANDSTILL = 0.5  # seconds; shorter ones are not kept
EXAMPLES = 5


class Ledger:
    def __init__(self):
        self.places = {}      # id → (partition, offset) of its first record
        self.copies = Counter()  # id → further records of it
        self.marks = {}       # id → the word of the fault, of submissions that cannot be scored
        self.outcomes = {}    # id → None for a result, else the reason of the dead letter
        self.sources = {}     # (partition, user) → source offset of the last result
        self.judged = {}      # user → (how many of his 202s are judged, place of the last one)
        self.findings = []
        self.doubled = 0
        self.lost = 0          # 202s that are not on the log; what is there without an outcome is counted at the end
        self.standstills = []  # (begin, end, partition)
        self.arrivals = {}     # partition → when its last result came

    def take(self, topic, partition, offset, user, headers, value):
        """`headers`: name → bytes"""
        submission = uuid.UUID(headers["ce_subject"].decode()).bytes
        if topic == SUBMISSIONS:
            self._submission(submission, partition, offset, value)
        elif topic == RESULTS:
            self._result(submission, partition, user, headers)
            self._outcome(submission, None)
        else:
            self._outcome(submission, headers["dlq_reason"].decode())

    def _submission(self, submission, partition, offset, value):
        if self.places.setdefault(submission, (partition, offset)) != (partition, offset):
            self.copies[submission] += 1
        at = value.find(b"gs-fault-")
        if at >= 0 and not value.startswith(b"gs-fault-slow", at):
            self.marks[submission] = value[at + 9:value.index(b'"', at)].decode()

    def _result(self, submission, partition, user, headers):
        source = int(headers["gs_source_offset"])
        if int(headers["gs_source_partition"]) != partition or not headers["ce_id"].endswith(b"/1"):
            self._found(f"result of {submission.hex()} in partition {partition}: {headers}")
        before = self.sources.get((partition, user), -1)
        if source <= before:
            self._found(f"order: the result of {user} at {partition}/{source} comes after that of {before}")
        self.sources[partition, user] = source
        now = time.monotonic()
        last = self.arrivals.get(partition)
        if last is not None and now - last > STANDSTILL:
            self.standstills.append((last, now, partition))
        self.arrivals[partition] = now

    def _outcome(self, submission, reason):
        if submission in self.outcomes:
            self.doubled += 1
            self._found(f"doubled: {uuid.UUID(bytes=submission)} is {self.outcomes[submission] or 'scored'} and now {reason or 'scored'}; "
                        f"its record stands {self.copies[submission] + 1} times on the log")
        else:
            self.outcomes[submission] = reason

    def _found(self, text):
        self.findings.append(text)

    def rest(self):
        """Nothing is submitted for a while: no standstill is counted until results come again."""
        self.arrivals.clear()

    def judge(self, acknowledged):
        """All findings so far; `acknowledged`: user → ids in the order of their 202s. Everything is settled."""
        for user, ids in acknowledged.items():
            self._judge_user(user, ids)
        self._lists("lost: in the log without an outcome", self.places.keys() - self.outcomes.keys())
        self._lists("outcome of what is not in the log", self.outcomes.keys() - self.places.keys())
        dead = {submission for submission, reason in self.outcomes.items() if reason is not None}
        self._lists("dead letter of what can be scored", dead - self.marks.keys(), lambda one: self.outcomes[one])
        self._lists("scored in spite of its mark", self.marks.keys() - dead, self.marks.get)
        return self.findings

    def _judge_user(self, user, ids):
        done, last = self.judged.get(user, (0, None))
        for submission in ids[done:]:
            place = self.places.get(submission)
            if place is None:
                self.lost += 1
                self._found(f"lost: {uuid.UUID(bytes=submission)} of {user} got a 202 and is not in the log")
                continue
            if last is not None and (place[0] != last[0] or place[1] <= last[1]):
                self._found(f"order: {user} got his 202 for {place} after that for {last}")
            last = place
        self.judged[user] = (len(ids), last)

    def _lists(self, what, ids, more=lambda one: ""):
        if ids:
            examples = [f"{uuid.UUID(bytes=one)} at {self.places.get(one)} {more(one)}".strip() for one in list(ids)[:EXAMPLES]]
            self._found(f"{what}: {len(ids)}: {'; '.join(examples)}")

    def reasons(self):
        return Counter(reason for reason in self.outcomes.values() if reason is not None)
