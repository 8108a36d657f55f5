"""Simulated tests and answers in the forms that each program reads."""
import csv
import json
import math
import os
import random


def logistic(x):
    return 1 / (1 + math.exp(-x))


def category_probabilities(item, theta):
    """P(0), … P(m) of an item such as {"model", "a", "b": [...], "c"} at D = 1"""
    a, b, c = item["a"], item["b"], item.get("c", 0)
    if item["model"] == "GRM":
        above = [1] + [logistic(a * (theta - x)) for x in b] + [0]
        return [above[k] - above[k + 1] for k in range(len(b) + 1)]
    if item["model"] == "GPCM":
        powers = [0]
        for x in b:
            powers.append(powers[-1] + a * (theta - x))
        weights = [math.exp(x) for x in powers]
        return [w / sum(weights) for w in weights]
    right = c + (1 - c) * logistic(a * (theta - b[0]))
    return [1 - right, right]


def simulate(items, persons, seed):
    """categories, a row a person; theta ~ N(0, 1)"""
    chance = random.Random(seed)
    rows = []
    for _ in range(persons):
        theta = chance.gauss(0, 1)
        rows.append([chance.choices(range(len(item["b"]) + 1), category_probabilities(item, theta))[0] for item in items])
    return rows


def items_of(model, count, seed):
    chance = random.Random(seed)
    items = []
    for _ in range(count):
        steps = 3 if model in ("GRM", "GPCM") else 1
        items.append({"model": model, "a": 1.0 if model == "1PL" else round(chance.uniform(0.7, 1.9), 3),
                      "b": sorted(round(chance.gauss(0, 1), 3) for _ in range(steps)),
                      "c": round(chance.uniform(0.1, 0.3), 3) if model == "3PL" else 0})
        if model == "GRM":  # steps apart, so that every category occurs
            items[-1]["b"] = [round(items[-1]["b"][1] + shift, 3) for shift in (-1, 0, 1)]
    return items


def definition(items, calibrated=True, **ability):
    """the test as gradesvc reads it: option k<n> earns n points"""
    test = {"test_id": "crosscheck", "items": [], "ability": {"quadrature": {"min": -6, "max": 6, "points": 61}, **ability}}
    for number, item in enumerate(items):
        steps = len(item["b"])
        one = {"item_id": "i%d" % number, "options": ["k%d" % k for k in range(steps + 1)], "max_score": steps,
               "correct": "k%d" % steps, "rule": {"kind": "map_response", "mapping": {"k%d" % k: k for k in range(steps + 1)}}}
        if calibrated:
            several = item["model"] in ("GRM", "GPCM")
            one["irt"] = {"model": item["model"], "a": item["a"], "b": item["b"] if several else item["b"][0]}
            if item["model"] == "3PL":
                one["irt"]["c"] = item["c"]
        test["items"].append(one)
    return test


def write_definition(path, test):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(test, file)
    return path


def write_submissions(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        for person, row in enumerate(rows):
            answers = {"i%d" % number: "k%d" % category for number, category in enumerate(row)}
            print(json.dumps({"user_id": person, "test_id": "crosscheck", "answers": answers}), file=file)
    return path


def write_rows(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_items(path, items):
    """a row an item: model, a, c, b…, padded"""
    widest = max(len(item["b"]) for item in items)
    return write_rows(path, [[item["model"], item["a"], item.get("c", 0), *item["b"], *[""] * (widest - len(item["b"]))] for item in items])


def read_numbers(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [[float(x) if x not in ("NA", "") else None for x in row] for row in csv.reader(file)]


def lsat6(root):
    """a row of 0 and 1 for each of the 1000"""
    rows = []
    with open(os.path.join(root, "config/data/lsat6.csv"), encoding="utf-8") as file:
        for line in file:
            pattern, _, count = line.strip().partition(",")
            if len(pattern) == 5 and count.isdigit():
                rows += [[int(bit) for bit in pattern]] * int(count)
    assert len(rows) == 1000
    return rows
