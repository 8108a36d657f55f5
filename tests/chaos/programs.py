"""The processes of gradesvc under chaos, and who looks after them: starts again what ended by itself, as systemd would, and ends
what takes all memory, as the kernel would."""
import os
import random
import signal
import socket
import struct
import subprocess
import threading
import time

from service import ROOT, environment

EXECUTABLE = os.environ["GRADESVC_FAULTY"]
MOST_MEMORY = 1 << 30  # bytes of a process, then it is ended
DRAIN = 10  # seconds
PAGE = os.sysconf("SC_PAGESIZE")


def quiet_port():
    """Free, and below the range from which outgoing connections take theirs."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


class WallClock:
    """The library that moves the clock of a process (wall_clock.c), built for this run."""

    def __init__(self, folder):
        self.folder = folder
        self.library = folder / "wall_clock.so"
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", self.library, ROOT / "tests" / "chaos" / "wall_clock.c", "-ldl"], check=True)

    def settings(self, name):
        self.set(name, 0)
        return {"LD_PRELOAD": str(self.library), "GRADESVC_CHAOS_CLOCK": str(self._file(name))}

    def _file(self, name):
        return self.folder / f"{name}.clock"

    def set(self, name, seconds):
        with open(self._file(name), "r+b" if self._file(name).exists() else "wb") as file:  # in place: the file is mapped
            file.write(struct.pack("q", int(seconds * 1e9)))


class Program:
    """One place for a process, which may run, be away or be stopped; `busy` while an event goes on there."""

    def __init__(self, name, folder, clock, *options):
        self.name, self.options = name, [str(o) for o in options]
        self.log = folder / f"{name}.log"
        self.environment = {**environment(), **clock.settings(name)}
        self.busy = threading.Lock()
        self.process = None
        self.started = 0.0
        self.wanted = False
        self.ends = []  # (time, exit code) of those that ended by themselves

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([EXECUTABLE, "--log-format", "json", "--drain-timeout", f"{DRAIN}s", *self.options], stderr=log,
                                            stdout=log, env=self.environment, cwd=ROOT)
        self.started = time.monotonic()
        self.wanted = True

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.wanted = False
        self.process.kill()
        self.process.wait()

    def terminate(self):
        """The exit code; None when it was not in time, and then killed."""
        self.wanted = False
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(DRAIN + 10)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def pause(self, seconds):
        self.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            self.process.send_signal(signal.SIGCONT)

    def memory(self):
        try:
            with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
                return int(file.read().split()[1]) * PAGE
        except (OSError, IndexError):
            return 0

    def last_lines(self, count=30):
        if not self.log.exists():
            return []
        with open(self.log, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 100_000))
            return file.read().decode(errors="replace").splitlines()[-count:]


class Keeper(threading.Thread):
    """Looks after programs until it is stopped."""

    def __init__(self, programs, watch_memory):
        super().__init__(daemon=True)
        self.programs, self.watch_memory = programs, watch_memory
        self.ended = threading.Event()

    def run(self):
        back = {}  # program → when it is started again
        while not self.ended.wait(0.02):
            for program in self.programs:
                if program.running() and self.watch_memory and program.memory() > MOST_MEMORY:
                    program.process.kill()
                if not program.wanted or program.running():
                    back.pop(program, None)
                elif program not in back:
                    program.ends.append((time.time(), program.process.returncode))
                    back[program] = time.monotonic() + 0.1
                elif time.monotonic() > back[program] and program.busy.acquire(blocking=False):
                    try:
                        if program.wanted and not program.running():
                            program.start()
                    finally:
                        program.busy.release()
                    back.pop(program)

    def stop(self):
        self.ended.set()
        self.join()
