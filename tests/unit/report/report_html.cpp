#include "gradesvc/report/render.hpp"
#include "hostile.hpp"
#include "report/page_template.hpp"

#include <thread>

using namespace gradesvc;
using namespace gradesvc::test;
using Catch::Matchers::ContainsSubstring;
using report::report_html;

namespace {

const auto full = definition_of(full_definition);

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += what.size()) ++found;
    return found;
}

} // namespace

TEST_CASE("the page says everything in words, with pictures that have a text") {
    const auto page = report_html(result_of(full_sheet(full), full), full, "en");
    CHECK_THAT(page, ContainsSubstring("<html lang=\"en\">") &&
                         ContainsSubstring("<title>Full test – Personal report</title>"));
    CHECK_THAT(page, ContainsSubstring("<time datetime=\"2026-05-04T09:30:00.500Z\">2026-05-04 09:30 UTC</time>"));
    CHECK_THAT(page, ContainsSubstring(
                         "520 on a scale from 200 to 800. Possible range: 400 to 640. Levels: Basic: from 420 and "
                         "Advanced: from 560."));
    CHECK_THAT(page, ContainsSubstring(
                         "0 of 2 points (0%); possible range 0% to 60%; 2 questions; probability of mastery: 12%"));
    CHECK_THAT(page,
               ContainsSubstring("Of the questions up to there you got 2 of 3 right, of the harder ones 0 of 2."));
    CHECK_THAT(page, ContainsSubstring("the longest time 8\u00a0min 20\u00a0s (question q5)"));
    CHECK_THAT(page, ContainsSubstring("<bdi>Basic: from 420</bdi> <strong>← reached</strong>"));
    CHECK(count(page, "<svg") == 6); // score, three skills, time, map
    CHECK(count(page, "role=\"img\"") == 6);
    CHECK(count(page, "<desc") + count(page, "aria-label=\"") == 6);
    CHECK(count(page, "<h1>") == 1);
    CHECK(page.find("<script") == page.npos);
    CHECK(page.find("style=\"") == page.npos);
}

TEST_CASE("marks, bars and lines stand where the numbers are") {
    const auto page = report_html(result_of(full_sheet(full), full), full, "en");
    // 520 on 200…800 over 336 units from 12 on; range 400 to 640
    CHECK_THAT(page, ContainsSubstring("d=\"M191.2 32l7 11l-7 11l-7 -11z\""));
    CHECK_THAT(page, ContainsSubstring("<rect class=\"range\" x=\"124\" y=\"32\" width=\"134.4\""));
    CHECK_THAT(page, ContainsSubstring("<rect class=\"filled\" x=\"0\" y=\"1\" width=\"50\" height=\"6\"/>"));
    CHECK_THAT(page, ContainsSubstring("<path class=\"whisker\" d=\"M20 4H80M20 2v4M80 2v4\"/>"));
    CHECK(count(page, "<circle class=\"right\"") == 2);
    CHECK(count(page, "<rect class=\"wrong\"") == 2);
    CHECK(count(page, "<path class=\"partial\"") == 1);
    CHECK(count(page, "class=\"bar-time\"") == 4);
    CHECK(count(page, "class=\"bar-rapid\"") == 1);
    CHECK(count(page, "class=\"cut-mark\"") == 1); // 500 s are more than five medians
}

TEST_CASE("sections without anything to say are not there") {
    const auto plain = definition_of(R"({"test_id":"t","items":[{"item_id":"q1","correct":"B"}]})");
    scoring::score_sheet sheet;
    sheet.max = sheet.items = sheet.pending = 1;
    sheet.item_scores = {{"q1", scoring::item_outcome::pending, 0, 1}};
    const auto page = report_html(result_of(sheet, plain), plain, "de");
    CHECK_THAT(page, ContainsSubstring("Bisher haben Sie 0 von 1 Punkten; 1 Antwort wird noch bewertet."));
    CHECK_THAT(page, ContainsSubstring("<td class=\"outcome pending\">Wird noch bewertet</td>"));
    for (const auto* id : {"skills", "findings", "next", "pacing"})
        CHECK(page.find("<h2 id=\"" + std::string(id)) == page.npos);
    CHECK(count(page, "<svg") == 0); // where the score will stand is not known
}

TEST_CASE("texts from outside cannot leave their place") {
    const auto hostile = definition_of(hostile_json());
    for (const auto* language : {"en", "de"}) {
        const auto page =
            report_html(result_of(hostile_sheet(hostile), hostile, "en", hostile_text), hostile, language);
        CHECK(page.find("<script") == page.npos);
        CHECK(page.find("<img") == page.npos);
        CHECK(page.find("onload=alert(1)>") == page.npos);
        CHECK(count(page, "<svg") == count(page, "</svg>"));
        CHECK(count(page, "href=\"") == 1);
        CHECK_THAT(page, ContainsSubstring("<a href=\"https://ok.example/?a=1&amp;b=2\" rel=\"noopener noreferrer\">"));
        CHECK_THAT(page, ContainsSubstring("{{t.skills}}&amp;amp;")); // nobody's template
        CHECK_THAT(page, ContainsSubstring("\u05d0\u05d1\u05d2"));
        for (const auto* turning : {"\u202e", "\u2066"}) CHECK(page.find(turning) == page.npos);
    }
}

TEST_CASE("escapes fit texts and quoted attributes") {
    CHECK(report::escape_html("<a href='x' b=\"y\">&") == "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;");
    CHECK(report::escape_html(std::string("a\0b\x1f\x7f\u0085 \t\n", 10)) == "a\ufffdb\ufffd\ufffd\ufffd \t\n");
    CHECK(report::escape_html("\u202aa\u202e\u2066b\u2069 ü–\u00a0") == "ab ü–\u00a0");
    CHECK(report::escape_html("\xE2") == "\xE2");
}

TEST_CASE("threads render the same bytes") {
    const auto result = result_of(full_sheet(full), full);
    const auto expected = report_html(result, full, "de");
    std::vector<std::thread> threads;
    std::atomic<int> alike = 0;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int k = 0; k < 20; ++k) alike += report_html(result, full, "de") == expected;
        });
    for (auto& one : threads) one.join();
    CHECK(alike == 80);
}

TEST_CASE("where there is no report a page says why") {
    const auto waiting = report::absence_html(report::absence::waiting, "en");
    CHECK_THAT(waiting,
               ContainsSubstring("http-equiv=\"refresh\"") && ContainsSubstring("Your report is not ready yet"));
    const auto failed = report::absence_html(report::absence::failed, "de");
    CHECK_THAT(failed, ContainsSubstring("Es gibt keinen Bericht") && ContainsSubstring("<html lang=\"de\">"));
    CHECK(failed.find("refresh") == failed.npos);
}
