#!/usr/bin/env python3
"""Checks the alert rules with promtool, syntax and tests, and that each has its heading in docs/operations.md; and that the dashboard
is in order as far as can be seen without Grafana. Run from the root of the project."""
import json
import pathlib
import re
import subprocess
import sys

import yaml

FOLDER = pathlib.Path("config/prometheus")
DASHBOARD = pathlib.Path("config/grafana/gradesvc.json")
OPERATIONS = pathlib.Path("docs/operations.md")


def promtool_errors():
    for command in (["check", "rules", FOLDER / "alerts.yml"], ["test", "rules", FOLDER / "alerts_test.yml"]):
        run = subprocess.run(["promtool", *map(str, command)], capture_output=True, text=True, check=False)
        if run.returncode:
            yield f"promtool {command[0]} {command[1]}:\n{run.stdout}{run.stderr}"


def runbook_errors():
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    alerts = {rule["alert"]: rule for group in groups for rule in group["rules"]}
    section = re.search(r"^## Alerts$(.*?)^## ", OPERATIONS.read_text(encoding="utf-8"), re.M | re.S)[1]
    headings = re.findall(r"^### (\w+)$", section, re.M)
    if sorted(headings) != sorted(alerts):
        yield f"{OPERATIONS}: headings and alerts differ: {sorted(set(headings) ^ set(alerts))}"
    tested = (FOLDER / "alerts_test.yml").read_text(encoding="utf-8")
    for name, rule in alerts.items():
        if rule["annotations"].get("runbook") != f"{OPERATIONS}#{name.lower()}":
            yield f"{name}: its runbook is not the heading in {OPERATIONS}"
        if rule["labels"].get("severity") not in ("warning", "critical"):
            yield f"{name}: no severity"
        if name not in tested:
            yield f"{name}: no test lets it fire"


def dashboard_errors():
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    panels = dashboard["panels"]
    taken = {}
    for panel in panels:
        if panel["type"] != "row" and not panel["targets"]:
            yield f"{DASHBOARD}: {panel['title']}: nothing to show"
        at = panel["gridPos"]
        for spot in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
            if taken.setdefault(spot, panel["id"]) != panel["id"]:
                yield f"{DASHBOARD}: {panel['title']} covers another panel"
                break
    if len({panel["id"] for panel in panels}) != len(panels):
        yield f"{DASHBOARD}: ids of panels are not unique"


def main():
    errors = [*promtool_errors(), *runbook_errors(), *dashboard_errors()]
    print("\n".join(errors), end="\n" if errors else "")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
