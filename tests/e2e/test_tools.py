"""gradesvc check, score and health as programs of a shell use them."""
import json
import subprocess
import sys

from service import GRADESVC, PATIENCE, TESTS, Service, environment, run, submission, temp_folder

LSAT = TESTS / "lsat-6.json"


def score(text, *arguments):
    return subprocess.run([GRADESVC, "score", *map(str, arguments)], input=text, capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment())


def check_check(folder):
    samples = sorted(TESTS.glob("*.json"))
    assert len(samples) >= 2
    done = run("check", *samples)
    assert done.returncode == 0 and done.stderr == "", done

    bad = folder / "bad.json"
    bad.write_text('{"test_id":"t","items":[{"item_id":"q1"},{"item_id":"q2","correct":"A","what":1}]}')
    done = run("check", LSAT, bad)
    assert done.returncode == 1, done
    for part in (str(bad), "/items/0/correct", "/items/1/what"):
        assert part in done.stdout, done
    found = json.loads(run("check", "--format", "json", LSAT, bad).stdout)
    errors = {entry["file"]: [e["pointer"] for e in entry["errors"]] for entry in found}
    assert errors[str(LSAT)] == [] and sorted(errors[str(bad)]) == ["/items/0/correct", "/items/1/what"], found
    assert run("check", folder / "missing.json").returncode == 2
    assert run("check").returncode == 2
    done = run("check", "--format", "xml", LSAT)
    assert done.returncode == 2 and done.stderr == 'gradesvc: --format: "xml" is not one of text|json\n', done
    garbage = folder / "garbage.json"
    garbage.write_bytes(b"\xff\x00")
    assert run("check", garbage).returncode == 1


def check_score(folder):
    lines = [submission("u-1", "11111"), submission("u-2", "00000", submission_key="k"), submission(7, "10110", attempt=2, group_id="g")]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    done = score(text, "--test", LSAT)
    assert done.returncode == 0 and done.stderr == "", done
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["score"]["raw"] for r in results] == [5, 0, 3]
    assert [r["user_id"] for r in results] == ["u-1", "u-2", "7"]
    assert results[0]["submission_id"] is None and results[1]["submission_id"] is not None
    assert all(r["accepted_at"] is None and r["scored_at"] is None for r in results)
    assert results[2]["attempt"] == 2 and results[2]["group_id"] == "g"
    version = run("--version").stdout.split()[1]
    assert results[0]["scored_by"]["version"] == version, results[0]

    for profile in ("fast", "standard", "full"):
        first = json.loads(score(text, "--test", LSAT, "--profile", profile).stdout.splitlines()[0])
        assert first["scored_by"]["profile"] == profile, first
    assert score(text, "--test", LSAT).stdout == score(text, "--test", LSAT, "--profile", "standard").stdout
    assert score(text, "--test", LSAT, "--profile", "slow").returncode == 2

    assert score(text, "--test", LSAT, "--format", "text").stdout == "u-1\t5\t5\t100\nu-2\t0\t5\t0\n7\t3\t5\t60\n"

    file = folder / "submissions.jsonl"
    file.write_text(text)
    assert score("", "--test", LSAT, file).stdout == done.stdout  # the same bytes
    done = score(json.dumps(lines[0]) + "\n{\n" + json.dumps({**lines[0], "answers": {"item_9": "1"}}) + "\n" + json.dumps(lines[1]) + "\n", "--test", LSAT)
    assert done.returncode == 1, done
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == 4
    assert results[1]["failure"]["code"] == "malformed" and results[2]["failure"]["code"] == "validation", results
    assert "failure" not in results[0] and results[3]["score"]["raw"] == 0
    assert score("", "--test", folder / "missing.json").returncode == 2
    assert score("", "--test", LSAT, folder / "missing.jsonl").returncode == 2
    assert score("").returncode == 2
    assert score("", "--test", LSAT).stdout == ""


def check_same_as_service():
    """What is computed offline is what the service computes, but for id, version, and times."""
    with Service() as service:
        online = service.result(service.submit(submission("u-1", "10110")).json["submission_id"])["result"]
    offline = json.loads(score(json.dumps(submission("u-1", "10110")), "--test", LSAT).stdout)
    for member in ("submission_id", "accepted_at", "scored_at"):
        online[member] = offline[member] = None
    assert online == offline, (online, offline)


def check_health():
    with Service() as service:
        for url in (service.url, service.url + "/", service.url + "/readyz"):
            done = run("health", url)
            assert done.returncode == 0, done
        assert json.loads(run("health", "--format", "json", service.url).stdout)["status"] == "ready"
        url = service.url
    assert run("health", url).returncode == 2  # nobody is there
    assert run("health", "nonsense").returncode == 2
    with Service("--role=api", "--brokers", "127.0.0.1:1", ready=False) as waiting:
        done = run("health", waiting.url)
        assert done.returncode == 1, done


def main():
    with temp_folder() as folder:
        check_check(folder)
        check_score(folder)
    check_same_as_service()
    check_health()


if __name__ == "__main__":
    sys.exit(main())
