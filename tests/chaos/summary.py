"""What a run came to, as JSON and in words."""
from collections import Counter

MOST_TOLD = 8  # findings of a kind
BEFORE = 0.5  # seconds: how long before a standstill its cause may lie


def cause_of(begin, end, events):
    """The kind of the first event that may have caused it: not long before its begin, or in it."""
    return next((event["kind"] for event in events if begin - BEFORE <= event["time"] <= end), "none")


def longest(gaps, events):
    """kind of event → longest standstill in seconds that began with one of them"""
    found = {}
    for begin, end, *_ in gaps:
        kind = cause_of(begin, end, events)
        found[kind] = max(found.get(kind, 0), round(end - begin, 2))
    return dict(sorted(found.items()))


def make(options, seconds, events, acknowledged, ledger, findings, ends):
    return {
        "seed": options.seed, "log": options.log, "seconds": round(seconds, 1), "fault_events": len(events),
        "events": dict(sorted(Counter(event["kind"] for event in events).items())),
        "acknowledged": acknowledged.count, "acknowledged_in_spool": acknowledged.spooled,
        "answers": {str(status): count for status, count in sorted(acknowledged.answers.items())},
        "records": len(ledger.places) + ledger.copies.total(), "records_of_an_id_again": ledger.copies.total(),
        "outcomes": len(ledger.outcomes), "dead_letters": dict(sorted(ledger.reasons().items())),
        "lost": ledger.lost + len(ledger.places.keys() - ledger.outcomes.keys()),
        "doubled": ledger.doubled, "ended_by_themselves": ends,
        "longest_standstill_of_a_partition_s": longest(ledger.standstills, events),
        "longest_without_a_202_s": longest(acknowledged.gaps, events),
        "findings": findings,
    }


def text(summary):
    lines = [f"seed {summary['seed']}, {summary['log']}: {summary['fault_events']} events and {summary['acknowledged']} acknowledged submissions "
             f"in {summary['seconds']:.0f} s ({summary['acknowledged'] / summary['seconds']:.0f}/s)",
             f"lost {summary['lost']}, doubled {summary['doubled']}, outcomes {summary['outcomes']}, dead letters {summary['dead_letters']}",
             f"answers {summary['answers']} (0: none), spooled {summary['acknowledged_in_spool']}, ids again {summary['records_of_an_id_again']}",
             f"{'event':<20}{'count':>7}{'partition stands still':>24}{'no 202':>10}   (longest, s)"]
    for kind, count in summary["events"].items():
        still, silent = summary["longest_standstill_of_a_partition_s"].get(kind, 0), summary["longest_without_a_202_s"].get(kind, 0)
        lines.append(f"{kind:<20}{count:>7}{still:>24.2f}{silent:>10.2f}")
    if summary["ended_by_themselves"]:
        lines.append(f"ended by themselves: {summary['ended_by_themselves']}")
    by_kind = {}
    for finding in summary["findings"]:
        by_kind.setdefault(finding.split(":")[0], []).append(finding)
    for kind, findings in by_kind.items():
        lines += [f"FINDING {finding}" for finding in findings[:MOST_TOLD]]
        if len(findings) > MOST_TOLD:
            lines.append(f"FINDING {len(findings)} such: {kind}")
    return "\n".join(lines)
