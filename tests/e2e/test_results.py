"""What the running service makes of submissions: abilities within the reference values, every item type, the same bytes as
`gradesvc score`, on the embedded log and on Kafka."""
import csv
import json
import pathlib
import sys

import broker
from broker import BROKER
from service import Service, run, submission, temp_folder, unique_prefix

ROOT = pathlib.Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors"
TV_LSAT6 = {"a": (0.8257, 0.7227, 0.8909, 0.6884, 0.6569), "b": (-3.3588, -1.3701, -0.2797, -1.8664, -3.1259)}


def reference_test():
    items = [{"item_id": f"item_{i + 1}", "correct": "1", "irt": {"model": "2PL", "a": TV_LSAT6["a"][i], "b": TV_LSAT6["b"][i]}}
             for i in range(5)]
    return {"test_id": "lsat-6", "ability": {"quadrature": {"min": -8, "max": 8, "points": 121}}, "items": items}


def write(folder, name, document):
    (folder / name).write_text(json.dumps(document), encoding="utf-8")


def without_times(result):
    return {name: value for name, value in result.items() if name not in ("accepted_at", "scored_at")}


def check_abilities(service):
    with open(VECTORS / "lsat6.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ids = {row["pattern"]: service.submit(submission("u-" + row["pattern"], row["pattern"])).json["submission_id"] for row in rows}
    for row in rows:
        ability = service.result(ids[row["pattern"]])["result"]["ability"]
        assert abs(ability["theta"] - float(row["eap"])) < 2e-8, (row, ability)
        assert abs(ability["se"] - float(row["eap_psd"])) < 2e-8, (row, ability)


def check_same_as_offline(service, test, lines):
    """Every member but the two times."""
    published = service.get(f"/v1/tests/{json.loads(test.read_text(encoding='utf-8'))['test_id']}").json
    ids = [service.submit(line).json["submission_id"] for line in lines]
    online = [service.result(one)["result"] for one in ids]
    given = [json.dumps(json.loads(line) | {"submission_id": one}) for line, one in zip(lines, ids)]
    offline = run("score", "--test", test, input="\n".join(given)).stdout.splitlines()
    assert len(offline) == len(online) > 0
    for one, other in zip(online, offline):
        other = json.loads(other)
        other["test_version"] = published["version"]
        assert json.dumps(without_times(one)) == json.dumps(without_times(other)), (one, other)
    return online


def check(service, folder):
    check_abilities(service)
    all_types = check_same_as_offline(service, folder / "all-types.json",
                                      (VECTORS / "all-types.jsonl").read_text(encoding="utf-8").splitlines())
    assert all_types[0]["score"]["raw"] == 24.5166666667 and all_types[0]["score"]["pending"] == 2, all_types[0]["score"]
    assert not all_types[0]["final"] and all_types[0]["score"]["percent"] is None
    maths = check_same_as_offline(service, folder / "mathematics-20.json",
                                  (VECTORS / "golden" / "mathematics-20.jsonl").read_text(encoding="utf-8").splitlines())
    assert any(result["weaknesses"] for result in maths) and all(result["level"] for result in maths)


def main():
    broker.need_broker()
    with temp_folder() as tests:
        write(tests, "lsat-6.json", reference_test())
        for source in (VECTORS / "all-types.json", ROOT / "config" / "tests" / "mathematics-20.json"):
            definition = json.loads(source.read_text(encoding="utf-8"))
            definition.pop("version", None)
            write(tests, source.name, definition)
        with Service("--tests", tests) as service:
            check(service, tests)
        common = ["--brokers", BROKER, "--topic-prefix", unique_prefix()]
        with Service("--role=api", *common, "--tests", tests) as api, Service("--role=worker", *common, api=False):
            check(api, tests)


if __name__ == "__main__":
    sys.exit(main())
