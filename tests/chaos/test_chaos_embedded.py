"""Chaos on the embedded log, shortly: its one process is killed, its disk is full, its clock steps."""
import sys

import run


def main():
    done = run.run(run.parse(["--embedded", "--rounds", "1", "--events", "30", "--submissions", "20000"]))
    assert not done["findings"], done["findings"]
    assert done["acknowledged"] == 20000, done["acknowledged"]


if __name__ == "__main__":
    sys.exit(main())
