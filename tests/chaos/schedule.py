"""What happens to the system when: drawn from a seed, so that the same seed and the same options give the same again."""
import dataclasses

WORKERS = 4
SPARES = 2  # workers that come and go

# kind → weight. What a kind does is in faults.py.
ON_KAFKA = {
    "worker-kill": 14, "worker-kill-later": 9, "worker-term": 10, "worker-pause": 9, "worker-freeze": 4, "join-leave": 12,
    "api-kill": 5, "api-term": 4, "api-pause": 4, "broker-kill": 2, "broker-term": 1, "disk-full": 4, "clock-step": 8,
    "slow": 7, "poison-throw": 4, "poison-crash": 4, "poison-memory": 1, "poison-loop": 1,
}
ON_CLUSTER = {**ON_KAFKA, "broker-kill": 3, "broker-term": 2, "leaders": 6}
EMBEDDED = {
    "all-kill": 20, "all-term": 8, "all-pause": 8, "disk-full": 10, "clock-step": 12, "slow": 6, "poison-throw": 4, "poison-crash": 4,
    "poison-memory": 1, "poison-loop": 1,
}
DISTURBS_THE_LOG = {"broker-kill", "broker-term"}


@dataclasses.dataclass(frozen=True)
class Event:
    at: float       # seconds after the begin of the round
    kind: str
    target: int     # number of the worker or node, where there are several
    seconds: float  # how long it lasts, where it lasts
    step: float     # seconds by which a clock goes wrong

    def __str__(self):
        return f"{self.at:7.2f} s  {self.kind} {self.target} for {self.seconds:.1f} s" + (f", clock {self.step:+.0f} s" if self.kind == "clock-step" else "")


def duration(draw, kind):
    """Of what the event takes away."""
    if kind in ("worker-freeze", "worker-kill-later"):
        return draw.uniform(4, 7)  # beyond the session timeout
    if kind in ("worker-pause", "all-pause"):
        return draw.uniform(0.1, 1.8)  # below it
    if kind == "api-pause":
        return draw.choice([draw.uniform(0.1, 1), draw.uniform(4, 6)])  # beyond the patience of clients, too
    if kind in DISTURBS_THE_LOG:
        return draw.choice([0, draw.uniform(0.5, 4)])
    if kind == "disk-full":
        return draw.uniform(0.5, 3)
    return draw.choice([0, 0, draw.uniform(0.2, 1.5)])


def draw_round(draw, weights, count, gap):
    """`count` events, on average `gap` seconds apart: often close together, sometimes with a rest between them. Every kind at
    least once, where there is room, the rest by weight."""
    every, events, at = list(weights), [], 0.0
    kinds = draw.sample(every, min(count, len(every)))
    kinds += draw.choices(every, [weights[kind] for kind in every], k=count - len(kinds))
    draw.shuffle(kinds)
    for kind in kinds:
        at += min(draw.expovariate(1 / gap), 4 * gap)
        step = draw.choice([-1, 1]) * draw.choice([0.5, 5, 60, 600, 3000])
        events.append(Event(at, kind, draw.randrange(60), duration(draw, kind), step))
    return events
