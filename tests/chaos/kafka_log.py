"""The log on Kafka, for chaos: brokers that are killed and restarted, leaders that move, a reader of everything, positions."""
import contextlib
import subprocess
import threading
import time

import confluent_kafka
from confluent_kafka import KafkaError, TopicPartition
import kafka.admin

import ledger
from service import ROOT

GROUP = "scorers"
PREFERRED = 0  # kind of leader election
READER = {"isolation.level": "read_committed", "enable.auto.commit": False, "auto.offset.reset": "error", "reconnect.backoff.max.ms": 500,
          "log_level": 3, "socket.timeout.ms": 5000}


class Brokers:
    """One broker or a cluster of them (script/kafka), in a folder."""

    def __init__(self, folder, nodes=1):
        self.folder, self.nodes = folder, nodes
        self.mutex = threading.Lock()  # one of them is away at a time
        self.address = self._script("start", *(["--nodes", str(nodes)] if nodes > 1 else []))

    def _script(self, command, *arguments):
        settings = ["--set", "group.min.session.timeout.ms=1000", "--set", "auto.leader.rebalance.enable=false"] if command == "start" else []
        done = subprocess.run([str(ROOT / "script" / "kafka"), command, "--dir", str(self.folder), *settings, *arguments],
                              stdout=subprocess.PIPE, text=True, timeout=180, check=True)
        return done.stdout.strip()

    def _node(self, number):
        return ["--node", str(number % self.nodes + 1)] if self.nodes > 1 else []

    def take_away(self, number, kill):
        self._script("stop", "--keep", *(["--kill"] if kill else []), *self._node(number))

    def bring_back(self, number):
        self._script("start", *self._node(number))

    def elect_preferred_leaders(self):
        client = kafka.admin.KafkaAdminClient(bootstrap_servers=self.address.split(","))  # confluent_kafka 2.11 cannot
        try:
            client.perform_leader_election(PREFERRED)
        finally:
            client.close()

    def stop(self, keep):
        self._script("stop", *(["--keep"] if keep else []))


class Reader(threading.Thread):
    """Reads the three topics into a ledger until it is stopped. Not while a broker goes: librdkafka from 2.4 on may crash when
    a fetch is told that there is no leader (rd_kafka_metadata_update_op; seen with 2.11 and 2.16)."""

    def __init__(self, address, into):
        super().__init__(daemon=True)
        self.into, self.address = into, address
        self.gate = threading.Lock()  # guards the consumer
        self.next = {}
        self.query = confluent_kafka.Consumer({**READER, "bootstrap.servers": address, "group.id": GROUP})
        self.partitions = [TopicPartition(topic, number, 0) for topic in ledger.TOPICS
                           for number in self.query.list_topics(topic, timeout=30).topics[topic].partitions]
        self.consumer = self._open()
        self.reached = {}
        self.failure = None
        self.ended = threading.Event()

    def run(self):
        try:
            while not self.ended.is_set():
                with self.gate:
                    for message in self.consumer.consume(5000, 0.05):
                        self._take(message)
                time.sleep(0.001)  # others may want the gate
        except Exception as error:  # pylint: disable=broad-exception-caught
            self.failure = error
            raise
        finally:
            self.consumer.close()

    def _open(self):
        consumer = confluent_kafka.Consumer({**READER, "bootstrap.servers": self.address, "group.id": "chaos-reader", "enable.partition.eof": True})
        consumer.assign([TopicPartition(one.topic, one.partition, self.next.get((one.topic, one.partition), 0)) for one in self.partitions])
        return consumer

    @contextlib.contextmanager
    def closed(self):
        with self.gate:
            self.consumer.close()
            try:
                yield
            finally:
                self.consumer = self._open()

    def _take(self, message):
        error = message.error()
        if error is None:
            self.next[message.topic(), message.partition()] = message.offset() + 1
            self.into.take(message.topic(), message.partition(), message.offset(), message.key().decode(), dict(message.headers()),
                           message.value() if message.topic() == ledger.SUBMISSIONS else None)
        elif error.code() == KafkaError._PARTITION_EOF:  # pylint: disable=protected-access
            self.reached[message.topic(), message.partition()] = message.offset()
        elif error.code() not in (KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN):  # pylint: disable=protected-access
            self.into.findings.append(f"reader: {error}")

    def _ends(self):
        for topic in ledger.TOPICS:
            self.query.list_topics(topic, timeout=5)  # leaders may have moved
        return {(one.topic, one.partition): self.query.get_watermark_offsets(one, timeout=5)[1] for one in self.partitions}

    def behind(self):
        """Why not everything is settled and read; "" when it is."""
        if self.failure is not None:
            raise self.failure
        try:
            ends = self._ends()
            wanted = [TopicPartition(one.topic, one.partition) for one in self.partitions if one.topic == ledger.SUBMISSIONS]
            committed = {one.partition: max(one.offset, 0) for one in self.query.committed(wanted, timeout=5)}
        except confluent_kafka.KafkaException as error:
            return f"positions: {error}"
        lag = {p: ends[ledger.SUBMISSIONS, p] - offset for p, offset in committed.items() if offset != ends[ledger.SUBMISSIONS, p]}
        if lag:
            return f"lag by partition: {lag}"
        unread = {f"{t}/{p}": (self.reached.get((t, p), 0), end) for (t, p), end in ends.items() if self.reached.get((t, p), 0) < end}
        return f"not yet readable: {unread}" if unread else ""

    def stop(self):
        self.ended.set()
        self.join()
        self.query.close()
