"""Alert rules and dashboard speak of metrics that a running service has; the dashboard leaves none out."""
import json
import re
import sys

from service import ROOT, Service, submission, wait_until

NAME = re.compile(r"\bgradesvc_[a-z_]+\b")
ALERTS, DASHBOARD = ROOT / "config/prometheus/alerts.yml", ROOT / "config/grafana/gradesvc.json"


def named(text):
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in NAME.findall(text)}


def exported(service):
    """Names of families; a metric with labels is there once something was counted."""
    return set(re.findall(r"^# TYPE (gradesvc_\w+) \w+$", service.get("/metrics").body.decode(), re.M))


def main():
    with Service() as service:
        accepted = service.submit(submission("observed"))
        assert accepted.status == 202, accepted
        service.result(accepted.json["submission_id"])
        wait_until(lambda: "gradesvc_consumer_lag_seconds" in exported(service), "the lag is measured")
        assert service.metric("gradesvc_last_commit_timestamp_seconds") > 0
        wait_until(lambda: service.metric("gradesvc_assigned_partitions") > 0, "partitions are counted")
        there = exported(service)
    alerts, dashboard = named(ALERTS.read_text()), named(DASHBOARD.read_text())
    assert alerts <= there, f"alerts on what is not there: {alerts - there}"
    panels = named(" ".join(target["expr"] for panel in json.loads(DASHBOARD.read_text())["panels"] for target in panel.get("targets", [])))
    assert panels == there, f"panels without a metric: {panels - there}; metrics without a panel: {there - panels}"
    assert dashboard <= there, dashboard - there


if __name__ == "__main__":
    sys.exit(main())
