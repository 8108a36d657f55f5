"""The personal report, from the running service and as files: well formed, without scripts, everything with a text."""
import html.parser
import json
import subprocess
import sys

from service import GRADESVC, PATIENCE, TESTS, Service, environment, temp_folder

VOID = {"meta", "link", "br", "img", "hr", "input"}
ALLOWED = {"html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer", "h1", "h2", "h3", "h4", "p", "dl", "div", "dt", "dd", "bdi",
           "ul", "ol", "li", "strong", "span", "a", "time", "figure", "figcaption", "table", "thead", "tbody", "tr", "th", "td", "svg", "desc", "rect", "path",
           "circle", "text"}
HOSTILE = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


class Page(html.parser.HTMLParser):
    """Checks nesting while it reads; knows elements with their attributes and all text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.text = [], [], ""
        self.feed(text)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert tag in ALLOWED, f"<{tag}>"
        assert len(names) == len(set(names)) and not any(n.startswith("on") or n in ("style", "src") for n in names), (tag, attributes)
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> while {self.open} are open"
        self.open.pop()

    def handle_data(self, text):
        self.text += text

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def check_page(text, language):
    page = Page(text)
    assert page.all("html") == [{"lang": language}]
    assert len(page.all("main")) == len(page.all("h1")) == 1
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids)), ids
    for section in page.all("section"):
        assert section["aria-labelledby"] in ids
    for svg in page.all("svg"):
        assert svg["role"] == "img"
        assert svg.get("aria-label") or all(name in ids for name in svg["aria-labelledby"].split()), svg
    for row in page.all("th"):
        assert row["scope"] in ("col", "row")
    levels = [int(tag[1]) for tag, _ in page.elements if tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and all(b <= a + 1 for a, b in zip(levels, levels[1:])), levels
    return page


def answers(**given):
    return {item: {"value": value, "time_ms": 1000 * seconds} for item, (value, seconds) in given.items()}


MATHEMATICS = {"user_id": HOSTILE, "test_id": "mathematics-20", "locale": "de", "answers": {
    **answers(powers=("2^12", 40), primes=(["2", "17", "29"], 90), slope=("3", 2), mean=("6.4", 300), median=("6", 30)),
    "fraction-sum": {"value": "2/5", "time_ms": 61000}}}


def check_served(service):
    submitted = service.submit(MATHEMATICS).json["submission_id"]
    path = f"/v1/submissions/{submitted}/report"
    answer = service.get(path + "?wait=30", Accept_Language="de-DE,de;q=0.9,en;q=0.8")
    assert answer.status == 200 and answer.headers["Content-Language"] == "de", answer
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    text = answer.body.decode()
    page = check_page(text, "de")
    status = service.get(f"/v1/submissions/{submitted}").json
    said = status["result"]["report"]  # in the candidate's language, which is the page's here
    told = [said["headline"], *said["sentences"], *(r["why"] for r in status["result"]["recommendations"])]
    assert len(told) > 5 and all(text in page.text for text in told), [text for text in told if text not in page.text]
    assert HOSTILE in page.text and "Zahlen und Brüche" in page.text
    assert "takes the most frequent" not in page.text and "5/6" not in page.text, "no key on the page"
    assert all(link["href"].startswith("https://") for link in page.all("a"))

    english = service.get(path)
    assert english.headers["Content-Language"] == "en"
    assert "Numbers and fractions" in check_page(english.body.decode(), "en").text
    document = service.get(path, Accept="application/json").json
    assert document["submission_id"] == submitted and document["locale"] == "en"
    assert document["score"]["raw"] == status["result"]["score"]["raw"]
    assert [item["outcome"] for item in document["items"]] == [item["outcome"] for item in status["result"]["items"]]
    assert document["pacing"]["total_s"] == 523
    assert service.get(path).body == english.body  # again, the same bytes


def check_files(folder):
    lines = [MATHEMATICS, {**MATHEMATICS, "locale": "en"}, {**MATHEMATICS, "user_id": "../up", "answers": {}}]
    done = subprocess.run([GRADESVC, "report", "--test", str(TESTS / "mathematics-20.json"), "--out", str(folder / "reports")], capture_output=True, text=True,
                          input="".join(json.dumps(line) + "\n" for line in lines), timeout=PATIENCE, check=False, env=environment())
    assert done.returncode == 0 and done.stderr == "", done
    files = done.stdout.splitlines()
    assert sorted(files) == sorted(str(file) for file in (folder / "reports").iterdir()) and len(files) == 3, files
    for file, language in zip(files, ("de", "en", "de")):
        with open(file, encoding="utf-8") as page:
            check_page(page.read(), language)
    assert subprocess.run([GRADESVC, "report"], capture_output=True, check=False, env=environment()).returncode == 2


def main():
    with Service() as service:
        check_served(service)
    with temp_folder() as folder:
        check_files(folder)


if __name__ == "__main__":
    sys.exit(main())
