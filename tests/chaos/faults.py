"""Carries the drawn events out, each in a thread of its own; a place is hit by one event at a time."""
import concurrent.futures
import contextlib
import os
import signal
import subprocess
import threading
import time

from schedule import DISTURBS_THE_LOG

YOUTH = 2  # seconds in which a process may not yet have its signal handlers


class Disk:
    """A file system of its own, which can be full. Needs root."""

    def __init__(self, folder, megabytes):
        self.folder = folder
        self.mutex = threading.Lock()
        folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "gradesvc-chaos", str(folder)], check=True)
        self.times = []  # (begin, end) of being full, by time.time()

    def full(self, seconds):
        begin = time.time()
        filler = self.folder / "filler"
        try:
            with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
                for size in (1 << 20, 4096):
                    with contextlib.suppress(OSError):
                        while file.write(bytes(size)) == size:
                            pass
            time.sleep(seconds)
        finally:
            filler.unlink(missing_ok=True)
            self.times.append((begin, time.time()))

    def was_full(self, moment):
        return any(begin - 1 < moment < end + 5 for begin, end in list(self.times))

    def release(self):
        subprocess.run(["umount", str(self.folder)], check=False)


class Faults:
    """`places`: workers, spares, and front (what takes submissions), lists of Program. `note`: called with every event done.
    `ends`: exit codes that are as good as 0 after SIGTERM, because a submission may end a process at the same time."""

    def __init__(self, places, clock, budget, brokers, reader, disk, note, ends):
        self.places, self.clock, self.budget, self.brokers, self.disk, self.note = places, clock, budget, brokers, disk, note
        self.reader = reader
        self.ends = {0, *ends}  # exit codes after SIGTERM
        self.findings = []
        self.pool = concurrent.futures.ThreadPoolExecutor(64)
        self.under_way = []

    def play(self, events):
        """The events of a round at their times; returns when all are over."""
        began = time.monotonic()
        for event in events:
            time.sleep(max(0, began + event.at - time.monotonic()))
            self.under_way.append(self.pool.submit(self._do, event))
        concurrent.futures.wait(self.under_way)
        self.under_way.clear()

    def _do(self, event):
        try:
            self._carry_out(event)
        except Exception as error:  # pylint: disable=broad-exception-caught
            self.findings.append(f"{event}: {error!r}")

    def _carry_out(self, event):
        kind = event.kind
        if kind == "slow" or kind.startswith("poison-"):
            self.note(event, "a submission")
            self.budget.mark(kind.removeprefix("poison-"))
        elif kind in DISTURBS_THE_LOG:
            self._broker(event)
        elif kind == "leaders":
            self._leaders(event)
        elif kind == "disk-full":
            self._disk(event)
        else:
            self._program(event)

    def _broker(self, event):
        if not self.brokers.mutex.acquire(timeout=30):
            return
        with contextlib.closing(_Release(self.brokers.mutex)), self.reader.closed():
            self.note(event, "broker")
            self.brokers.take_away(event.target, event.kind == "broker-kill")
            time.sleep(event.seconds)
            self.brokers.bring_back(event.target)

    def _leaders(self, event):
        if not self.brokers.mutex.acquire(timeout=30):
            return
        with contextlib.closing(_Release(self.brokers.mutex)):
            self.note(event, "preferred ones")
            self.brokers.elect_preferred_leaders()

    def _disk(self, event):
        if not self.disk.mutex.acquire(timeout=30):
            return
        with contextlib.closing(_Release(self.disk.mutex)):
            self.note(event, "disk")
            self.disk.full(event.seconds)

    def _free(self, kind, target):
        """A program for that event, its `busy` acquired; or None."""
        if kind == "clock-step":
            among = self.places["front"] + self.places["workers"]
        else:
            among = self.places[{"worker": "workers", "join": "spares"}.get(kind.split("-")[0], "front")]
        for number in range(len(among)):
            program = among[(target + number) % len(among)]
            if program.busy.acquire(blocking=False):
                if program.running() or kind == "join-leave":
                    return program
                program.busy.release()
        return None

    def _program(self, event):
        program = self._free(event.kind, event.target)
        if program is None:
            return
        with contextlib.closing(_Release(program.busy)):
            self.note(event, program.name)
            action = event.kind.split("-", 1)[1]
            if action in ("kill", "kill-later"):
                program.kill()
                time.sleep(event.seconds)
                program.start()
            elif action == "term":
                self._terminate(program)
                time.sleep(event.seconds)
                program.start()
            elif action in ("pause", "freeze"):
                program.pause(event.seconds)
            elif action == "step":
                self.clock.set(program.name, event.step)
            elif program.running():
                self._terminate(program)
            else:
                program.start()

    def _terminate(self, program):
        ends = len(program.ends)
        young = time.monotonic() - program.started < YOUTH
        code = program.terminate()
        if not (young and code == -signal.SIGTERM) and code not in self.ends and len(program.ends) == ends:
            self.findings.append(f"{program.name}: exit {code} after SIGTERM")


class _Release:
    def __init__(self, lock):
        self.lock = lock

    def close(self):
        self.lock.release()


def can_mount():
    return os.geteuid() == 0
