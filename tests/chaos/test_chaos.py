"""Chaos on one broker, shortly: every kind of event, once with a fixed seed and once with a new one."""
import sys

import run

FIXED = 20240


def main():
    for more in (["--seed", str(FIXED)], []):
        done = run.run(run.parse(["--rounds", "1", "--events", "36", "--submissions", "20000", *more]))
        assert not done["findings"], done["findings"]
        assert done["acknowledged"] == 20000, done["acknowledged"]
        assert done["fault_events"] >= 25, done["events"]


if __name__ == "__main__":
    sys.exit(main())
