"""A gradesvc process for tests: started with what it needs, asked over HTTP, ended by its process id."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid

GRADESVC = os.environ["GRADESVC"]
FAULTY = os.environ.get("GRADESVC_FAULTY")  # gradesvc with the faults of tests/faults/
ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = float(os.environ.get("GRADESVC_TEST_PATIENCE", "60"))  # seconds for what takes a moment


def environment():
    """Without settings of gradesvc: they are options of the service, and GRADESVC_KAFKA is the broker of the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GRADESVC")}


def run(*arguments, **options):
    """The finished process of a command that ends by itself."""
    return subprocess.run([GRADESVC, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE, check=False,
                          env=environment(), **options)


def wait_until(condition, what, patience=PATIENCE):
    """What the condition came to, once that is true."""
    deadline = time.monotonic() + patience
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience:.0f} s: {what}")
        time.sleep(0.02)


@contextlib.contextmanager
def temp_folder():
    folder = tempfile.mkdtemp(prefix="gradesvc-e2e-")
    try:
        yield pathlib.Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port():
    """For what must keep its port; everything else listens on port 0."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def unique_prefix():
    return f"e2e-{uuid.uuid4().hex[:10]}."


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:2000]!r}"


class Server:
    """What answers at a URL."""

    def __init__(self, url=None):
        self.url = url

    def ask(self, method, path, body=None, headers=None, timeout=90):
        """One request on a connection of its own."""
        target = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=timeout)
        try:
            if body is not None and not isinstance(body, (bytes, str)):
                body = json.dumps(body)
            if isinstance(body, str):
                body = body.encode()
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


class Service(Server):
    """A context manager; on the way out of a failed test the log of the process is printed. `api` False: a worker, which is
    asked at its admin address; `listen` None: at its default one. `faults`: the executable of the crash tests, with these in
    its environment. `memory`: the most address space it
    may have, in bytes."""

    def __init__(self, *options, data=None, ready=True, api=True, listen="127.0.0.1:0", faults=None, memory=None):
        super().__init__()
        self.faults, self.memory = faults, memory
        self.options = [str(o) for o in options]
        self.own_data = data is None
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix="gradesvc-e2e-"))
        self.ready, self.api, self.listen = ready, api, listen
        self.process, self.lines, self.reader = None, [], None

    def __enter__(self):
        self.start()
        return self

    def start(self):
        listening = ["--listen" if self.api else "--admin-listen", self.listen] if self.listen else []
        self.lines, self.url = [], None
        program = GRADESVC if self.faults is None else FAULTY
        self.process = subprocess.Popen([program, *listening, "--data", str(self.data), "--log-format", "json", *self.options],
                                        stderr=subprocess.PIPE, env={**environment(), **(self.faults or {})}, cwd=ROOT, preexec_fn=self._limit)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        try:
            event = "listening" if self.api else "admin listening"
            self.url = self.wait_for_event(event)["url"]
            if self.ready:
                self.wait_ready()
        except BaseException:
            self.print_log()
            self.kill()
            raise

    def _limit(self):
        if self.memory:
            resource.setrlimit(resource.RLIMIT_AS, (self.memory, self.memory))

    def _read(self):
        for line in self.process.stderr:
            text = line.decode(errors="replace").rstrip()
            try:
                entry = json.loads(text)
            except ValueError:
                entry = {"event": "", "text": text}
            self.lines.append(entry if isinstance(entry, dict) else {"event": "", "text": text})

    def __exit__(self, kind, *_):
        if kind is not None:
            self.print_log()
        try:
            if self.process.poll() is None:
                self.stop()
        finally:
            self.kill()
            if self.own_data:
                shutil.rmtree(self.data, ignore_errors=True)

    def print_log(self):
        print(f"--- log of {' '.join(self.options)} (pid {self.process.pid}, exit {self.process.poll()})")
        for line in list(self.lines)[-200:]:
            print(json.dumps(line))
        print("---", flush=True)

    def events(self, event):
        return [line for line in list(self.lines) if line.get("event") == event]

    def wait_for_event(self, event, patience=PATIENCE):
        def seen():
            if self.process.poll() is not None:
                self.reader.join(PATIENCE)
                assert self.events(event), f"ended with {self.process.returncode} before \"{event}\""
            return self.events(event)
        return wait_until(seen, f"log line {event!r}", patience)[0]

    def submit(self, submission, **headers):
        return self.ask("POST", "/v1/submissions", submission, {name.replace("_", "-"): value for name, value in headers.items()})

    def result(self, submission_id, status="scored"):
        answer = self.get(f"/v1/submissions/{submission_id}?wait=30")
        assert answer.status == 200 and answer.json["status"] == status, answer
        return answer.json

    def is_ready(self):
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def wait_ready(self, patience=PATIENCE):
        def ready():
            assert self.process.poll() is None, f"ended with {self.process.returncode}"
            return self.is_ready()
        wait_until(ready, "ready", patience)

    def wait_end(self, patience=PATIENCE):
        code = self.process.wait(patience)
        self.reader.join(PATIENCE)
        return code

    def stop(self, patience=PATIENCE):
        """SIGTERM; the exit code must be 0."""
        self.process.send_signal(signal.SIGTERM)
        code = self.wait_end(patience)
        assert code == 0, f"exit code {code}"

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.wait_end()

    def metric(self, name, **labels):
        """The sum over all series of that name with these labels."""
        total, found = 0.0, False
        for line in self.get("/metrics").body.decode().splitlines():
            match = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)(?: \d+)?", line)
            if not match or match[1] != name:
                continue
            if set(labels.items()) <= set(re.findall(r'(\w+)="([^"]*)"', match[2] or "")):
                total, found = total + float(match[3]), True
        return total if found else None


def answers(pattern):
    """Of LSAT-6: "10110" answers item_1 with "1", and so on."""
    return {f"item_{i}": answer for i, answer in enumerate(pattern, 1)}


def submission(user, pattern="10110", **more):
    return {"user_id": user, "test_id": "lsat-6", "answers": answers(pattern), **more}


TESTS = ROOT / "config" / "tests"
COUNTS = [3, 20, 85, 237, 357, 298]


def start_demo(url, *options):
    """script/demo.py against a service, under way."""
    return subprocess.Popen(["python3", str(ROOT / "script" / "demo.py"), "--url", url, "--json", *options], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=environment())


def finish_demo(demo, patience=240):
    out, errors = demo.communicate(timeout=patience)
    assert demo.returncode == 0, f"exit {demo.returncode}\n{out}{errors}"
    result = json.loads(out)
    assert result["counts"] == COUNTS, result
    assert errors == "", errors
    return result
