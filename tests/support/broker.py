"""The broker of the tests, and a reader of whole topics."""
import contextlib
import os
import pathlib
import subprocess

import confluent_kafka
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

from service import PATIENCE, ROOT, wait_until

BROKER = os.environ.get("GRADESVC_KAFKA", "")


def need_broker():
    assert BROKER, "GRADESVC_KAFKA names no broker: run this through script/test"


def admin():
    return AdminClient({"bootstrap.servers": BROKER})


def create_topic(name, partitions, **settings):
    topic = NewTopic(name, partitions, 1, config={key.replace("_", "."): str(value) for key, value in settings.items()})
    client = admin()
    client.create_topics([topic])[name].result(PATIENCE)
    wait_until(lambda: name in topics(), f"topic {name}")


def topics(broker=None):
    client = AdminClient({"bootstrap.servers": broker or BROKER})
    return {name: len(topic.partitions) for name, topic in client.list_topics(timeout=PATIENCE).topics.items()}


def topic_settings(name):
    resource = ConfigResource(ConfigResource.Type.TOPIC, name)
    client = admin()
    return {key: entry.value for key, entry in client.describe_configs([resource])[resource].result(PATIENCE).items()}


def read_topic(name, broker=None):
    """All committed records of a topic up to its present end."""
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker or BROKER, "group.id": "e2e-reader-of-everything", "enable.auto.commit": False,
                                         "isolation.level": "read_committed", "auto.offset.reset": "earliest", "enable.partition.eof": True})
    try:
        partitions = sorted(consumer.list_topics(name, timeout=PATIENCE).topics[name].partitions)
        consumer.assign([confluent_kafka.TopicPartition(name, p, confluent_kafka.OFFSET_BEGINNING) for p in partitions])
        records, open_partitions = [], set(partitions)
        while open_partitions:
            message = consumer.poll(PATIENCE)
            assert message is not None, f"{name}: nothing for {PATIENCE} s"
            if message.error() is None:
                records.append(message)
            elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:  # pylint: disable=protected-access
                open_partitions.discard(message.partition())
            else:
                raise AssertionError(message.error())
        return records
    finally:
        consumer.close()


def headers_of(message):
    return {name: value.decode() for name, value in message.headers() or []}


@contextlib.contextmanager
def own_broker(folder):
    """A broker of this test alone, which it may stop; yields its Broker."""
    broker = Broker(pathlib.Path(folder) / "kafka")
    try:
        yield broker
    finally:
        broker.stop()


class Broker:
    def __init__(self, folder):
        self.folder = folder

    def _script(self, *arguments):
        done = subprocess.run([str(ROOT / "script" / "kafka"), *arguments, "--dir", str(self.folder)], stdout=subprocess.PIPE, text=True, timeout=180, check=False)
        assert done.returncode == 0, f"script/kafka {arguments[0]}: exit {done.returncode}"
        return done.stdout.strip()

    def start(self, port=None):
        return self._script("start", *(["--port", str(port)] if port else []))

    def stop(self, keep=False, kill=False):
        self._script("stop", *(["--keep"] if keep else []), *(["--kill"] if kill else []))
