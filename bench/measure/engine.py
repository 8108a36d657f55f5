"""What the engine costs, beside libraries that compute the same on the same answers. CPU time of one thread."""
import json
import os
import re
import shutil
import subprocess
import sys

import common as c
from common import b

sys.path.insert(0, os.path.join(c.ROOT, "tests/crosscheck"))
import data  # noqa: E402  simulated tests and answers

BIN = os.path.join(c.ROOT, "build/bench/bin")
R_PACKAGES = {"eRm": "r-cran-erm", "psychotools": "r-cran-psychotools"}
NEEDS = "the engine's peers need nodejs, npm, r-base-core, " + ", ".join(R_PACKAGES.values()) + " (Debian)"
PERSONS, ITEMS = (1000, 10000), 40


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True, timeout=3600).stdout


def lines(program, *args):
    return [json.loads(line) for line in run(os.path.join(BIN, program), *map(str, args)).splitlines() if line.startswith("{")]


def prepare():
    """fails with what is missing, brings jscat, gives the versions"""
    installed = shutil.which("node") and shutil.which("npm") and shutil.which("Rscript")
    test = ";".join("stopifnot(requireNamespace('%s', quietly = TRUE))" % name for name in R_PACKAGES)
    if not installed or subprocess.run(["Rscript", "--vanilla", "-e", test], capture_output=True, check=False).returncode:
        raise RuntimeError(NEEDS)
    folder = os.path.join(b.HERE, "jscat")
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True, timeout=600)
    with open(os.path.join(folder, "node_modules/@bdelab/jscat/package.json"), encoding="utf-8") as file:
        jscat = json.load(file)["version"]
    packages = "cat(%s)" % ",' ',".join("'%s',as.character(packageVersion('%s'))" % (name, name) for name in R_PACKAGES)
    return {"node": run("node", "--version").strip(), "jscat": jscat, "R": run("Rscript", "--vanilla", "-e", packages + ";cat('', R.version.string)")}


def jscat(persons):
    """CPU microseconds of an EAP"""
    items = data.items_of("2PL", 50, seed=1)
    text = json.dumps({"items": [{"a": i["a"], "b": i["b"][0], "c": 0, "d": 1} for i in items],
                       "answers": data.simulate(items, persons, seed=2), "methods": ["EAP"]})
    return json.loads(run("node", os.path.join(b.HERE, "jscat/estimate.js"), text=text))["EAP"]["cpu_us"]


class Rasch:
    """The same answers of a Rasch test for all, in each one's form."""

    def __init__(self, persons):
        self.persons = persons
        items = data.items_of("1PL", ITEMS, seed=30)
        rows = data.simulate(items, persons, seed=5)
        self.tests = {"calibration": c.WORK + "/rasch.json", "abilities": c.WORK + "/rasch-known.json"}
        data.write_definition(self.tests["calibration"], data.definition(items, calibrated=False))
        data.write_definition(self.tests["abilities"], data.definition(items, estimator="MLE"))
        self.submissions = data.write_submissions(c.WORK + "/rasch-%d.jsonl" % persons, rows)
        self.answers = data.write_rows(c.WORK + "/rasch-%d.csv" % persons, rows)

    def gradesvc(self, what):
        """CPU seconds of the whole tool, one thread: start, reading JSON, estimates, errors, writing"""
        how = ["calibrate", "--model", "1PL", "--threads", "1"] if what == "calibration" else ["score", "--profile", "fast"]
        before = os.times()
        run(c.GRADESVC, *how, "--test", self.tests[what], self.submissions)
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    def measure(self):
        ours = {what: self.gradesvc(what) for what in self.tests}
        found = run("Rscript", "--vanilla", os.path.join(b.HERE, "r/rasch.R"), self.answers)
        return [{**one, "gradesvc_s": ours[one["what"]]} for one in map(json.loads, found.splitlines())]


def catalog(*budget_mib):
    """10 000 tests asked for: how many stay compiled, and what the process takes"""
    found = run(os.path.join(BIN, "bench_catalog"), *budget_mib)
    compiled = re.search(r"round 1: ([\d.]+) us a test, (\d+) compiled, .*RSS (\d+) MiB", found)
    return {"compile_us": float(compiled[1]), "compiled": int(compiled[2]), "rss_mib": float(compiled[3])}


def measure(options):
    versions = prepare()
    tests = [Rasch(n) for n in (PERSONS[:1] if options.quick else PERSONS)]
    calibration_persons = 10_000 if options.quick else 100_000
    rows = []
    for turn in range(options.rounds):
        b.quiet(5 if options.quick else 60)
        row = {"round": turn, "versions": versions, "scoring": lines("bench_scoring"), "jscat_us": jscat(50 if options.quick else 200),
               "calibration_persons": calibration_persons, "calibration": lines("bench_calibration", calibration_persons, ITEMS, 41),
               "rasch": {str(t.persons): t.measure() for t in tests}, "catalog": {"all": catalog("100000"), "kept": catalog()}}
        rows.append(row)
        b.log("engine", row)
    return rows


def spread(values, form):
    values = sorted(values)
    return "**%s** (%s–%s)" % (form % c.median(values), form % values[0], form % values[-1])


def scoring_lines(rows):
    targets = {"fast": ("score_us", 5, "json_to_json_us", 25), "standard": ("json_to_json_us", 400), "full": ("report_us", 15000)}
    for index, one in enumerate(rows[0]["scoring"]):
        named = "%s%s" % (one["profile"], ", %d skills" % one["skills"] if one["skills"] else "")
        limits = dict(zip(targets[one["profile"]][::2], targets[one["profile"]][1::2]))
        for member, what in (("score_us", "decoded answers to sheet"), ("json_to_json_us", "JSON to JSON"), ("report_us", "JSON to JSON and the report's page")):
            if member in one:
                figures = [r["scoring"][index][member] for r in rows]
                yield "%s: %s" % (named, what), spread(figures, "%.1f") + " µs", "%g µs" % limits[member] if member in limits else ""


def calibration_lines(rows):
    for index, threads in enumerate((1, 2)):
        found = [r["calibration"][index] for r in rows]
        if threads == 1:
            yield "2PL, %d × %d, 41 points, 1 thread" % (rows[0]["calibration_persons"], ITEMS), spread([f["cpu_seconds"] for f in found], "%.2f") + " s", "5 s at 100000"
        else:
            yield "the same on 2 threads, wall time", spread([f["seconds"] for f in found], "%.2f") + " s", ""
    yield "faster on 2 threads", spread([r["calibration"][0]["seconds"] / r["calibration"][1]["seconds"] for r in rows], "%.2f") + "×", "1.8×"


def table(rows):
    yield "## Engine"
    yield ""
    yield ("`bench/run engine`: rounds in turns: %d; medians (range). CPU time of one thread but where said. 50 items 2PL unless said; "
           "four skills have 21 points each." % len(rows))
    yield ""
    yield "| gradesvc | | target: at most, or at least |"
    yield "|---|---|---|"
    memory = []
    for which, what in (("all", "%d tests of 50 items and 3 skills, all compiled"), ("kept", "10000 of them asked for, %d kept compiled")):
        found = [r["catalog"][which] for r in rows]
        memory.append((what % found[0]["compiled"], spread([x["rss_mib"] for x in found], "%.0f") + " MiB", "1024 MiB"))
    for line in (*scoring_lines(rows), *calibration_lines(rows), *memory):
        yield "| %s | %s | %s |" % line
    yield ""
    yield "| the same elsewhere | | gradesvc | × |"
    yield "|---|---|---|---|"
    ours = c.median(r["scoring"][0]["score_us"] for r in rows)
    theirs = c.median(r["jscat_us"] for r in rows)
    yield "| EAP of 50 items, @bdelab/jscat | %.0f µs | %.1f µs, with points and level | %.0f |" % (theirs, ours, theirs / ours)
    for persons in rows[0]["rasch"]:
        for index, one in enumerate(rows[0]["rasch"][persons]):
            theirs, ours = (c.median(r["rasch"][persons][index][member] for r in rows) for member in ("cpu_s", "gradesvc_s"))
            yield "| Rasch %s, %s × %d, %s | %.2f s | %.2f s, whole tool with JSON | %.1f |" % (
                one["what"], persons, ITEMS, one["name"], theirs, ours, theirs / ours)
    versions = rows[0]["versions"]
    yield ""
    yield "- %s, @bdelab/jscat %s; %s. They estimate Rasch difficulties by conditional, gradesvc by marginal likelihood; see `script/crosscheck`." % (
        "node " + versions["node"], versions["jscat"], versions["R"])
