"""A gradesvc process that is started again whenever it dies, as a service manager would."""
import threading
import time

from service import Service, free_port, wait_until


class Supervised(Service):
    """`url` stays the same over all lives; `history` has the log lines of all of them, `ends` the exit codes."""

    def __init__(self, *options, **more):
        super().__init__(*options, listen=f"127.0.0.1:{free_port()}", ready=False, **more)
        self.history, self.ends = [], []
        self.stopping = threading.Event()
        self.supervisor = threading.Thread(target=self._supervise, daemon=True)

    def __enter__(self):
        super().__enter__()
        self.supervisor.start()
        return self

    def __exit__(self, *why):
        self.stopping.set()
        self.supervisor.join()
        return super().__exit__(*why)

    @property
    def url(self):
        return f"http://{self.listen}"

    @url.setter
    def url(self, _):
        pass

    def start(self):
        self.history.append(self.lines)
        super().start()

    def _supervise(self):
        while not self.stopping.wait(0.02):
            if self.process.poll() is None:
                continue
            self.ends.append(self.wait_end())
            while not self.stopping.is_set():
                try:
                    self.start()
                    break
                except AssertionError:  # it died before it listened, or its port is not free yet
                    self.ends.append(self.process.poll())
                    time.sleep(0.1)

    def ask(self, method, path, body=None, headers=None, timeout=90):
        """Tries again while there is nobody to answer."""
        def answer():
            try:
                found = super(Supervised, self).ask(method, path, body, headers, timeout)
            except OSError:
                return None
            return None if found.status == 503 else found
        return wait_until(answer, f"an answer to {method} {path}", 120)

    def all_events(self, event):
        return [line for lines in [*self.history, self.lines] for line in list(lines) if line.get("event") == event]
