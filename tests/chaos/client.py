"""The clients: many connections that submit for many users, try again as clients do, and keep every 202.

The submissions of a user are sent one after another: the next one only when the last one got its 202. So the order in which they
were acknowledged is the order in which they must stand in the log. Half of them have a submission_key and are sent again under it
when the outcome is unknown; the others are sent as new ones, as a client without a key would.
"""
import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter, deque

NAMESPACE = uuid.UUID("6f2a3c1e-6d0b-5d5e-9a55-0c1f6a7d9b10")
PATIENCE = 4  # seconds without a byte until a client gives up
TEST = {"test_id": "chaos", "items": [{"item_id": "q1", "correct": "A"}, {"item_id": "q2", "correct": "B"}]}
BATCH = 40


class Acknowledged:
    """The 202s, by user in the order in which they came."""

    def __init__(self):
        self.by_user = {}
        self.count = 0
        self.spooled = 0
        self.last = time.monotonic()
        self.gaps = []  # (begin, end) without any 202
        self.answers = Counter()
        self.findings = []
        self.mutex = threading.Lock()

    def add(self, ids, spooled):
        """`ids`: (user, id) …"""
        now = time.monotonic()
        with self.mutex:
            for user, submission in ids:
                self.by_user.setdefault(user, []).append(submission)
            if now - self.last > 0.3:
                self.gaps.append((self.last, now))
            self.last = now
            self.count += len(ids)
            self.spooled += spooled


class Line:
    """A submission that has no 202 yet."""
    __slots__ = ("user", "body", "key", "mark")

    def __init__(self, user, number, key, mark):
        self.user, self.key, self.mark = user, key, mark
        content = {"user_id": user, "test_id": "chaos", "answers": {"q1": "AB"[number & 1], "q2": "AB"[number >> 1 & 1]}}
        if key:
            content["submission_key"] = key
        if mark:
            content["metadata"] = {"note": f"gs-fault-{mark}"}
        self.body = json.dumps(content, separators=(",", ":")).encode()

    def id_matches(self, submission):
        if self.key is None:
            return True
        return uuid.uuid5(NAMESPACE, json.dumps([self.user, "chaos", self.key], separators=(",", ":"))).bytes == submission


class Budget:
    """How many submissions the round has still to give, at a steady rate."""

    def __init__(self):
        self.mutex = threading.Lock()
        self.left, self.rate, self.began, self.given, self.marks = 0, 1.0, 0.0, 0, deque()

    def open(self, count, seconds):
        with self.mutex:
            self.left, self.rate, self.began, self.given = count, count / seconds, time.monotonic(), 0

    def take(self, most):
        """(how many may be sent now, marks for some of them)"""
        with self.mutex:
            due = int((time.monotonic() - self.began) * self.rate) - self.given
            count = max(0, min(most, self.left, due))
            if count < min(most, self.left):  # rather whole batches
                return 0, []
            self.left -= count
            self.given += count
            return count, [self.marks.popleft() for _ in range(min(count, len(self.marks)))]

    def mark(self, word):
        with self.mutex:
            self.marks.append(word)


class Client(threading.Thread):
    """One connection, with users of its own. `alone`: one submission a request instead of batches."""

    def __init__(self, number, port, seed, budget, acknowledged, alone=False):
        super().__init__(daemon=True)
        self.port, self.budget, self.acknowledged = port, budget, acknowledged
        self.batch = 1 if alone else BATCH
        self.draw = random.Random(f"{seed}/client/{number}")
        self.users = deque(f"u{number}-{i}" for i in range(BATCH))
        self.sent = 0
        self.lines = []  # without a 202
        self.connection = None
        self.ended = threading.Event()

    def run(self):
        while not self.ended.is_set():
            try:
                if not self._send_some():
                    self.ended.wait(0.01)
            except Exception as error:  # pylint: disable=broad-exception-caught
                self.acknowledged.findings.append(f"client: {error!r}")
                raise
        self._close()

    def idle(self):
        return not self.lines

    def _send_some(self):
        if not self.lines:
            count, marks = self.budget.take(self.batch)
            for _ in range(count):
                self.lines.append(self._new_line(marks.pop() if marks else None))
        if not self.lines:
            return False
        tried = self.lines
        if self.batch == 1:
            answers = self._alone(tried[0])
        else:
            answers = self._together(tried)
        self._note(tried, answers)
        if self.lines:
            self.ended.wait(self.draw.uniform(0.05, 0.3))  # 503s and broken connections
        return True

    def _new_line(self, mark):
        self.users.rotate(-1)
        self.sent += 1
        return Line(self.users[0], self.draw.randrange(4), f"k{self.sent}" if self.draw.random() < 0.5 else None, mark)

    def _note(self, tried, answers):
        """`answers`: index → (status, id, spooled)"""
        good, left, spooled = [], [], 0
        for index, line in enumerate(tried):
            status, submission, in_spool = answers.get(index, (0, None, False))
            self.acknowledged.answers[status] += 1
            if status == 202:
                good.append((line.user, submission))
                spooled += in_spool
                if not line.id_matches(submission):
                    self.acknowledged.findings.append(f"the id of {line.body} is {submission.hex()}")
            else:
                left.append(line)
        self.lines = left
        if good:
            self.acknowledged.add(good, spooled)

    def _open(self):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        return self.connection

    def _close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _take(self, status, content):
        """What one answer says."""
        if status == 202:
            return 202, uuid.UUID(content["submission_id"]).bytes, content["durable"] == "spool"
        if status != 503:
            self.acknowledged.findings.append(f"answer {status}: {content}")
        return status, None, False

    def _alone(self, line):
        try:
            connection = self._open()
            connection.request("POST", "/v1/submissions", line.body)
            answer = connection.getresponse()
            return {0: self._take(answer.status, json.loads(answer.read()))}
        except (OSError, http.client.HTTPException):
            self._close()
            return {}

    def _together(self, lines):
        answers = {}
        try:
            connection = self._open()
            connection.request("POST", "/v1/submissions:batch", b"\n".join(line.body for line in lines))
            answer = connection.getresponse()
            if answer.status != 200:
                whole = self._take(answer.status, json.loads(answer.read()))
                return dict.fromkeys(range(len(lines)), whole)
            for text in answer:
                if not text.endswith(b"\n"):
                    break
                one = json.loads(text)
                answers[one["line"] - 1] = self._take(one["http_status"], one.get("submission") or one.get("problem"))
            if len(answers) < len(lines):
                self._close()
        except (OSError, http.client.HTTPException):
            self._close()
        return answers
