"""Chaos on three brokers, shortly: nodes are killed and leaders move, too."""
import sys

import run


def main():
    done = run.run(run.parse(["--cluster", "--rounds", "1", "--events", "24", "--submissions", "10000"]))
    assert not done["findings"], done["findings"]
    assert done["acknowledged"] == 10000, done["acknowledged"]


if __name__ == "__main__":
    sys.exit(main())
