#!/usr/bin/env python3
"""Compares gradesvc with other programs on simulated data: crosscheck.py GRADESVC. Run by script/crosscheck."""
import json
import math
import os
import subprocess
import sys
import tempfile

import data as d

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# Marginal maximum likelihood, converged to gradients of 1e-13: a, d = -a b, se(a), se(d) of each item.
LSAT6_2PL = (-2466.6533773981, [
    (0.825659522, 2.773234398, 0.258114934, 0.205743746), (0.722744197, 0.990201198, 0.186679671, 0.090018968),
    (0.890874534, 0.249147524, 0.232763841, 0.076272883), (0.688367972, 1.284756925, 0.185142935, 0.099037518),
    (0.656855939, 2.053270444, 0.209909179, 0.135358780)])
LSAT6_1PL = (-2466.9375995786, 0.755134617, [2.730013233, 0.998605829, 0.239853885, 1.306451161, 2.099404359])


class Crosscheck:
    def __init__(self, gradesvc, folder):
        self.gradesvc, self.folder, self.rows = gradesvc, folder, []

    def path(self, name):
        return os.path.join(self.folder, name)

    def compare(self, what, other, ours, theirs, tolerance):
        """Puts the largest difference of two lists into the table."""
        pairs = [(x, y) for x, y in zip(ours, theirs, strict=True) if x is not None and y is not None]
        largest = max(abs(x - y) for x, y in pairs)
        self.rows.append((what, other, len(pairs), largest, tolerance))

    def run(self, *command, text=None):
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=1200)
        if done.returncode:
            raise SystemExit("%s\nended with %d\n%s" % (" ".join(command), done.returncode, done.stderr[-3000:]))
        return done.stdout

    def r(self, what, rows, items=None):
        d.write_rows(self.path("answers.csv"), rows)
        if items:
            d.write_items(self.path("items.csv"), items)
        self.run("Rscript", "--vanilla", os.path.join(HERE, "peers.R"), what, self.folder)

    def score(self, items, rows, **ability):
        """The ability of each row."""
        test = d.write_definition(self.path("test.json"), d.definition(items, **ability))
        submissions = d.write_submissions(self.path("submissions.jsonl"), rows)
        out = self.run(self.gradesvc, "score", "--test", test, "--profile", "standard", submissions)
        return [json.loads(line)["ability"] for line in out.splitlines()]

    def calibrate(self, items, rows, model):
        """(items with the estimates, whole document)."""
        test = d.write_definition(self.path("test.json"), d.definition(items, calibrated=model in ("GRM", "GPCM")))
        submissions = d.write_submissions(self.path("submissions.jsonl"), rows)
        document = json.loads(self.run(self.gradesvc, "calibrate", "--test", test, "--model", model, submissions))
        found = []
        for item in document["items"]:
            b = item["irt"]["b"]
            found.append({"model": model, "a": item["irt"]["a"], "b": b if isinstance(b, list) else [b]})
        return found, document


def jscat(check):
    """EAP on the same grid. The search of jscat's MLE stops early, so its theta may only be less likely than ours."""
    items = d.items_of("2PL", 50, seed=1)
    rows = d.simulate(items, 500, seed=2)
    text = json.dumps({"items": [{"a": i["a"], "b": i["b"][0], "c": 0, "d": 1} for i in items], "answers": rows, "methods": ["EAP", "MLE"]})
    theirs = json.loads(check.run("node", os.path.join(ROOT, "bench/peers/jscat/estimate.js"), text=text))
    eap = check.score(items, rows, quadrature={"min": -6, "max": 6, "points": 121})
    check.compare("EAP, 50 items 2PL, 121 points", "jscat", [a["theta"] for a in eap], theirs["EAP"]["theta"], 1e-9)
    mle = [None if a["extreme"] else a["theta"] for a in check.score(items, rows, estimator="MLE")]
    check.compare("MLE, 50 items 2PL", "jscat", mle, theirs["MLE"]["theta"], 0.02)
    lacking = [max(0.0, log_likelihood(items, row, y) - log_likelihood(items, row, x))
               for row, x, y in zip(rows, mle, theirs["MLE"]["theta"]) if x is not None]
    check.compare("log-likelihood at the MLE, where jscat's is higher", "jscat", lacking, [0] * len(lacking), 1e-9)


def log_likelihood(items, row, theta):
    return math.fsum(math.log(d.category_probabilities(item, theta)[k]) for item, k in zip(items, row))


def abilities(check):
    """Fixed parameters of mixed models against base R's integrals, maxima and roots."""
    items = [item for number, model in enumerate(("2PL", "3PL", "GRM", "GPCM")) for item in d.items_of(model, 5, seed=10 + number)]
    rows = d.simulate(items, 200, seed=3)
    check.r("abilities", rows, items)
    theirs = list(zip(*d.read_numbers(check.path("abilities.csv"))))
    for number, estimator in enumerate(("EAP", "MAP", "MLE")):
        ours = [{} if a["extreme"] else a for a in check.score(items, rows, estimator=estimator)]
        for offset, member in enumerate(("theta", "se")):
            check.compare("%s of %s, 2PL + 3PL + GRM + GPCM" % (member, estimator), "base R", [a.get(member) for a in ours],
                          theirs[2 * number + offset], 1e-6)


def marginal_maximum(check):
    """The log-likelihood at the estimates is what R computes, and flat there."""
    for model, count in (("2PL", 20), ("GRM", 8), ("GPCM", 8)):
        items = d.items_of(model, count, seed=20)
        rows = d.simulate(items, 2000, seed=4)
        found, document = check.calibrate(items, rows, model)
        check.r("marginal", rows, found)
        (likelihood,), (slope,) = d.read_numbers(check.path("marginal.csv"))
        check.compare("marginal log-likelihood of a %s calibration" % model, "base R",
                      [document["calibration"]["log_likelihood"]], [likelihood], 1e-6)
        check.compare("its slopes at the estimates, of 0", "base R", [slope], [0], 1e-3)


def centred(values):
    mean = math.fsum(values) / len(values)
    return [x - mean for x in values]


def rasch(check):
    """Persons with fixed difficulties (eRm stops at 1e-4); calibration: marginal and conditional estimates differ a little."""
    items = d.items_of("1PL", 40, seed=30)
    rows = d.simulate(items, 5000, seed=5)
    check.r("rasch", rows)
    erm, tools = zip(*d.read_numbers(check.path("difficulties.csv")))
    patterns = [[1] * score + [0] * (len(items) - score) for score in range(1, len(items))]
    thetas = zip(*d.read_numbers(check.path("persons.csv")))
    for program, difficulties, theirs, tolerance in zip(("eRm", "psychotools"), (erm, tools), thetas, (1e-4, 1e-6)):
        fixed = [{"model": "1PL", "a": 1.0, "b": [b]} for b in difficulties]
        ours = [a["theta"] for a in check.score(fixed, patterns, estimator="MLE")]
        check.compare("MLE of each raw score, 40 items Rasch", program, ours, theirs, tolerance)
    found, _ = check.calibrate(items, rows, "1PL")
    ours = centred([item["a"] * item["b"][0] for item in found])
    check.compare("1PL difficulties, 40 items, 5000 persons, centred", "eRm (CML)", ours, erm, 0.01)
    check.compare("1PL difficulties, 40 items, 5000 persons, centred", "psychotools (CML)", ours, tools, 0.01)


def lsat6(check):
    """The published data."""
    rows = d.lsat6(ROOT)
    blank = [{"model": "2PL", "a": 1, "b": [0]}] * 5
    found, document = check.calibrate(blank, rows, "2PL")
    likelihood, items = LSAT6_2PL
    a, dd, a_se, d_se = zip(*items)
    intercepts = document["calibration"]["intercepts"]
    check.compare("LSAT-6 2PL: a", "reference", [item["a"] for item in found], a, 1e-6)
    check.compare("LSAT-6 2PL: d", "reference", [-item["a"] * item["b"][0] for item in found], dd, 1e-6)
    check.compare("LSAT-6 2PL: se of a", "reference", [item["irt_se"]["a"] for item in document["items"]], a_se, 1e-6)
    check.compare("LSAT-6 2PL: se of d", "reference", [i["d_se"] for i in intercepts], d_se, 1e-6)
    check.compare("LSAT-6 2PL: log-likelihood", "reference", [document["calibration"]["log_likelihood"]], [likelihood], 1e-6)
    found, document = check.calibrate(blank, rows, "1PL")
    likelihood, slope, dd = LSAT6_1PL
    check.compare("LSAT-6 1PL: a, d", "reference", [item["a"] for item in found] + [-item["a"] * item["b"][0] for item in found],
                  [slope] * 5 + dd, 1e-6)
    check.compare("LSAT-6 1PL: log-likelihood", "reference", [document["calibration"]["log_likelihood"]], [likelihood], 1e-6)
    check.r("rasch", rows)
    erm, tools = zip(*d.read_numbers(check.path("difficulties.csv")))
    ours = centred([item["a"] * item["b"][0] for item in found])
    check.compare("LSAT-6 1PL difficulties, centred", "eRm (CML)", ours, erm, 0.002)
    check.compare("LSAT-6 1PL difficulties, centred", "psychotools (CML)", ours, tools, 0.002)


def two_parameters(check):
    """A limited-information estimate of the normal ogive: near, not the same."""
    items = d.items_of("2PL", 20, seed=40)
    rows = d.simulate(items, 10000, seed=6)
    found, _ = check.calibrate(items, rows, "2PL")
    check.r("tetrachoric", rows)
    a, normal_d = zip(*d.read_numbers(check.path("tetrachoric.csv")))
    check.compare("2PL slopes, 20 items, 10000 persons", "psych (tetrachoric)", [item["a"] for item in found], a, 0.25)
    check.compare("2PL intercepts, 20 items, 10000 persons", "psych (tetrachoric)", [item["a"] * item["b"][0] for item in found],
                  [1.702 * x for x in normal_d], 0.25)


def table(rows):
    yield "| what | against | values | largest difference | allowed | |"
    yield "|---|---|---|---|---|---|"
    for what, other, count, largest, tolerance in rows:
        yield "| %s | %s | %d | %.1e | %g | %s |" % (what, other, count, largest, tolerance, "" if largest <= tolerance else "**beyond**")


def main():
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as folder:
        check = Crosscheck(os.path.abspath(sys.argv[1]), folder)
        for part in (lsat6, jscat, abilities, marginal_maximum, rasch, two_parameters):
            print("==", part.__name__.replace("_", " "), file=sys.stderr, flush=True)
            part(check)
    print("\n".join(table(check.rows)))
    return 0 if all(largest <= tolerance for *_, largest, tolerance in check.rows) else 1


if __name__ == "__main__":
    sys.exit(main())
