#!/usr/bin/env python3
"""Checks compose.yaml and the systemd units as far as this machine can: syntax, health checks, and times that must not
be shorter than the drain of gradesvc. Run from the root of the project."""
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

DRAIN_SECONDS = 25


def seconds(text):
    units = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "": 1}
    return sum(float(n) * units[u] for n, u in re.findall(r"([\d.]+)([a-z]*)", str(text)))


def compose_errors():
    services = yaml.safe_load(pathlib.Path("compose.yaml").read_text(encoding="utf-8"))["services"]
    for name, service in services.items():
        if "healthcheck" not in service and service.get("image") != "gradesvc":
            yield f"{name}: no health check"
        if "restart" not in service:
            yield f"{name}: no restart policy"
        if service.get("image") == "gradesvc" and seconds(service.get("stop_grace_period", 0)) <= DRAIN_SECONDS:
            yield f"{name}: stop_grace_period must be longer than the drain of {DRAIN_SECONDS} s"
        for other in service.get("depends_on", {}):
            if other not in services:
                yield f"{name}: depends on {other}, which is not there"


def unit_errors():
    units = sorted(pathlib.Path("config/systemd").glob("*.service"))
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for unit in units:
            text = unit.read_text(encoding="utf-8")
            stop = re.search(r"^TimeoutStopSec=(.*)$", text, re.M)
            if not stop or seconds(stop[1]) <= DRAIN_SECONDS:
                yield f"{unit}: TimeoutStopSec must be longer than the drain of {DRAIN_SECONDS} s"
            # The executable need not be installed here.
            text = re.sub(r"^(Exec\w+=)\S+", r"\1/bin/true", text, flags=re.M)
            names.append(pathlib.Path(folder, unit.name.replace("@.", "@1.")))
            names[-1].write_text(text, encoding="utf-8")
        run = subprocess.run(["systemd-analyze", "verify", "--man=no", *map(str, names)],
                             capture_output=True, text=True, check=False)
        if run.returncode or run.stderr.strip():
            yield "systemd-analyze verify:\n" + run.stderr


def main():
    errors = [*compose_errors(), *unit_errors()]
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
