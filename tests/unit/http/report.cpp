// GET /v1/submissions/{id}/report.
#include "service.hpp"
#include "support/catch.hpp"

using namespace gradesvc::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

// Of the test "demo".
const std::string result = R"json({"submission_id":"x","user_id":"u-1","test_id":"demo","test_version":1,"attempt":null,
  "group_id":null,"revision":1,"final":true,"reason":"scored","accepted_at":null,"scored_at":null,
  "scored_by":{"version":"1","profile":"standard","definition_sha256":"a","answers_sha256":"b"},
  "score":{"raw":1,"max":2,"percent":50,"answered":2,"items":2,"pending":0},"ability":null,"level":null,
  "items":[{"item_id":"q1","outcome":"correct","score":1,"max":1,"misconception":null},
           {"item_id":"q2","outcome":"incorrect","score":0,"max":1,"misconception":null}],
  "skills":[],"strengths":[],"weaknesses":[],"recommendations":[],"fit":null,"report":{"headline":null,"sentences":[]}})json";

std::string report_of(service& one) {
    return "/v1/submissions/" + member(one.ask(post("/v1/submissions", submission())).body, "submission_id") +
           "/report";
}

} // namespace

TEST_CASE("a report is a page, or JSON for who asks for it") {
    service one;
    const auto path = report_of(one);
    one.score_all(result);
    const auto page = one.ask(get(path));
    CHECK(page.status == 200);
    CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(page.header("Vary") == "Accept, Accept-Language");
    CHECK(page.header("Content-Language") == "en");
    CHECK(page.header("Cache-Control") == "private, no-cache");
    CHECK(page.header("Referrer-Policy") == "no-referrer");
    CHECK_THAT(page.header("Content-Security-Policy"),
               StartsWith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;"));
    CHECK_THAT(page.body, ContainsSubstring("You earned 1 of 2 points (50%)."));
    const auto browser =
        one.ask(get(path, "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"));
    CHECK(browser.body == page.body);
    const auto json = one.ask(get(path, "Accept: application/json\r\n"));
    CHECK(json.header("Content-Type") == "application/json");
    CHECK(json.header("Content-Security-Policy").empty());
    CHECK(member(json.body, "headline") == "You earned 1 of 2 points (50%).");
    CHECK(one.ask(get(path, "Accept: application/*, text/html;q=0.5\r\n")).body == json.body);
    CHECK(one.ask(get(path, "Accept: image/png\r\n")).status == 406);
    CHECK(one.ask("HEAD " + path + " HTTP/1.1\r\nHost: test\r\n\r\n", true).status == 200);
    CHECK(one.ask(post(path, "{}")).status == 405);
    CHECK(one.ask(get(path + "?what=1")).status == 422);
}

TEST_CASE("a report speaks the reader's language") {
    service one;
    const auto path = report_of(one);
    one.score_all(result);
    const auto language = [&](const std::string& accepted) {
        const auto page = one.ask(get(path, "Accept-Language: " + accepted + "\r\n"));
        CHECK_THAT(page.body, ContainsSubstring("<html lang=\"" + page.header("Content-Language") + "\">"));
        return page.header("Content-Language");
    };
    CHECK(language("de-CH") == "de");
    CHECK(language("fr, de;q=0.4, en;q=0.7") == "en");
    CHECK(language("fr-FR, de;q=0.4, *;q=0.1") == "de");
    CHECK(language("fr") == "en");
    CHECK(language("de;q=0, ;;;, en;q=x") == "en");
}

TEST_CASE("before it is scored there is no report, but a promise of one") {
    service one;
    const auto path = report_of(one);
    const auto page = one.ask(get(path, "Accept-Language: de\r\n"));
    CHECK(page.status == 409);
    CHECK(page.header("Retry-After") == "2");
    CHECK(page.header("Content-Language") == "de");
    CHECK_THAT(page.body,
               ContainsSubstring("Ihr Bericht ist noch nicht fertig") && ContainsSubstring("http-equiv=\"refresh\""));
    const auto json = one.ask(get(path, "Accept: application/json\r\n"));
    CHECK(json.status == 409);
    CHECK(json.header("Retry-After") == "2");
    CHECK(member(json.body, "type") == "/problems/conflict");
    one.fail_all();
    const auto failed = one.ask(get(path));
    CHECK(failed.status == 409);
    CHECK(failed.header("Retry-After").empty());
    CHECK_THAT(failed.body, ContainsSubstring("There is no report"));
    CHECK(one.ask(get("/v1/submissions/018bcfe5-6800-7000-8000-000000000000/report")).status == 404);
    CHECK(one.ask(get("/v1/submissions/nonsense/report")).status == 404);
}

TEST_CASE("who waits gets the report once it is there") {
    service one;
    const auto path = report_of(one);
    auto waiting = one.connect();
    waiting.send(get(path + "?wait=20"));
    std::this_thread::sleep_for(50ms);
    one.score_all(result);
    CHECK(waiting.receive().status == 200);
}

TEST_CASE("a result that does not fit its test is our fault") {
    service one;
    const auto path = report_of(one);
    one.score_all();
    const auto got = one.ask(get(path));
    CHECK(got.status == 500);
    CHECK(member(got.body, "type") == "/problems/internal");
}
