"""The embedded log, read from its file while the service runs, is killed and restarted."""
import contextlib
import sqlite3
import threading

import ledger

READ = "SELECT id, key, headers, value FROM records WHERE id > ? AND id < ? ORDER BY id LIMIT 5000"
SLOTS = "SELECT slot, name, partition FROM partitions JOIN topics ON topics.id = topic"
POSITIONS = "SELECT slot, max(position) FROM positions WHERE consumers = 'scorers' GROUP BY slot"


def headers_of(blob):
    """Name and value in turn, each after its length (7 bits a byte, lowest first)."""
    texts, at = [], 0
    while at < len(blob):
        size = shift = 0
        while True:
            byte, at = blob[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        texts.append(blob[at:at + size])
        at += size
    return {name.decode(): value for name, value in zip(texts[::2], texts[1::2])}


class Reader(threading.Thread):
    """Reads the three topics into a ledger until it is stopped."""

    def __init__(self, file, into):
        super().__init__(daemon=True)
        self.file, self.into = file, into
        self.next = {}  # slot → offset
        self.mutex = threading.Lock()
        self.failure = None
        self.ended = threading.Event()

    def run(self):
        try:
            while not self.ended.wait(0.1):
                with self.mutex:
                    self._read()
        except Exception as error:  # pylint: disable=broad-exception-caught
            self.failure = error
            raise

    def _open(self):
        return contextlib.closing(sqlite3.connect(self.file, timeout=5, isolation_level=None))

    def _read(self):
        """One round over all partitions; a log that cannot be read at the moment (disk full, being killed) is read later."""
        with contextlib.suppress(sqlite3.OperationalError), self._open() as log:
            for slot, topic, partition in log.execute(SLOTS).fetchall():
                if topic in ledger.TOPICS:
                    self._read_slot(log, slot, topic, partition)

    def _read_slot(self, log, slot, topic, partition):
        while True:
            begin = slot << 40
            rows = log.execute(READ, (begin + self.next.get(slot, 0) - 1, (slot + 1) << 40)).fetchall()
            for place, key, headers, value in rows:
                self.into.take(topic, partition, place - begin, bytes(key).decode(), headers_of(bytes(headers)), bytes(value))
                self.next[slot] = place - begin + 1
            if len(rows) < 5000:
                return

    def behind(self):
        """Why not everything is settled and read; "" when it is."""
        if self.failure is not None:
            raise self.failure
        try:
            with self.mutex, self._open() as log:
                slots = {slot: partition for slot, topic, partition in log.execute(SLOTS) if topic == ledger.SUBMISSIONS}
                positions = dict(log.execute(POSITIONS).fetchall())
                ends = {slot: log.execute("SELECT ifnull(max(id) + 1 - (? << 40), 0) FROM records WHERE id >= ? << 40 AND id < ? << 40",
                                          (slot, slot, slot + 1)).fetchone()[0] for slot in slots}
        except sqlite3.OperationalError as error:
            return f"positions: {error}"
        lag = {slots[slot]: end - positions.get(slot, 0) for slot, end in ends.items() if end > positions.get(slot, 0)}
        if lag:
            return f"lag by partition: {lag}"
        with self.mutex:
            self._read()
        return ""

    def stop(self):
        self.ended.set()
        self.join()
