"""config/gradesvc.toml names every option, and each of its lines is one that gradesvc reads."""
import os
import re
import subprocess
import sys
import tempfile

GRADESVC = os.environ["GRADESVC"]
EXAMPLE = "config/gradesvc.toml"
NOT_IN_A_FILE = {"help", "version", "config"}


def options_of_help():
    text = subprocess.run([GRADESVC, "--help"], check=True, capture_output=True, text=True, timeout=10).stdout
    return set(re.findall(r"^\s*(?:-\w,\s*)?--([a-z][a-z-]+)", text, re.M)) - NOT_IN_A_FILE


def commented_settings():
    with open(EXAMPLE, encoding="utf-8") as file:
        return [line[1:] for line in file if re.match(r"#[a-z-]+ = ", line)]


def start_with(text):
    """(exit code, messages) of a worker with this file; it never runs: there is no broker for it"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GRADESVC")}
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file, tempfile.NamedTemporaryFile("w") as secret:
        file.write(text.replace("@/etc/gradesvc/kafka-password", "@" + secret.name))
        file.flush()
        run = subprocess.run([GRADESVC, "--role=worker", "--config=" + file.name], capture_output=True, text=True, timeout=10,
                             env=environment, check=False)
    return run.returncode, run.stderr


def main():
    settings = commented_settings()
    named = {line.split(" = ")[0] for line in settings}
    assert named == options_of_help(), f"differ in {sorted(named ^ options_of_help())}"

    readable = "".join(line for line in settings if not line.startswith(("role ", "brokers ")))
    code, message = start_with(readable)
    assert code == 2 and "needs --brokers" in message, (code, message)

    code, message = start_with('no-such-option = "x"\n')
    assert code == 2 and "no-such-option" in message, (code, message)

    code, message = start_with(open(EXAMPLE, encoding="utf-8").read())
    assert code == 2 and "needs --brokers" in message, (code, message)


if __name__ == "__main__":
    sys.exit(main())
