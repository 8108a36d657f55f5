#include "scoring_support.hpp"
#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::test;
using scoring::item_outcome;

namespace {

domain::test_item outside(std::string id, domain::item_type type, std::string max) {
    domain::test_item item;
    item.item_id = std::move(id);
    item.type = type;
    item.rule.kind = domain::rule_kind::external;
    item.max_score = std::move(max);
    return item;
}

domain::test_definition mixed() {
    auto test = test_of({outside("essay", domain::item_type::extended_text, "6"),
                         outside("file", domain::item_type::upload, "10"), choice("q", {"A", "B"}, {"A"})});
    test.skills = {{"s", {{{"", "S"}}}}};
    for (auto& item : test.items) item.skills = {{0, "1"}};
    return test;
}

} // namespace

TEST_CASE("what is scored outside waits, without points") {
    const auto scorer = compiled(mixed());
    const auto sheet =
        score(*scorer, answers().text("essay", "My holidays").text("file", "urn:sha256:9f86").text("q", "A"));
    CHECK(sheet.item_scores[0].outcome == item_outcome::pending);
    CHECK(sheet.item_scores[0].score == 0);
    CHECK(sheet.item_scores[0].max == 6);
    CHECK(sheet.item_scores[1].outcome == item_outcome::pending);
    CHECK(sheet.pending == 2);
    CHECK(sheet.answered == 3);
    CHECK(sheet.raw == 1);
    CHECK(sheet.max == 17);
    CHECK_FALSE(sheet.percent);
    CHECK(sheet.skill_scores[0].items == 1); // what waits is no evidence
    CHECK(sheet.skill_scores[0].percent == 100);
}

TEST_CASE("a blank does not wait") {
    const auto sheet = score(*compiled(mixed()), answers().blank("essay").text("q", "A"));
    CHECK(sheet.item_scores[0].outcome == item_outcome::blank);
    CHECK(sheet.pending == 0);
    CHECK(sheet.percent.value() == Approx(100.0 / 17));
}

TEST_CASE("certainty costs nothing while an item waits") {
    auto item = outside("essay", domain::item_type::extended_text, "6");
    item.cbm = true;
    const auto scorer = compiled(item);
    const auto sheet = score(*scorer, answers().text("essay", "My holidays", 3));
    CHECK(sheet.item_scores[0].score == 0);
    CHECK(sheet.item_scores[0].max == 18);
}

TEST_CASE("an upload is a URI, an essay a text") {
    const auto scorer = compiled(mixed());
    const auto why = [&](std::string_view item, std::string_view text) {
        const auto errors = check(*scorer, answers().text(item, text));
        return errors.empty() ? std::string() : errors.at(0).pointer + " " + errors.at(0).detail;
    };
    for (const auto* uri : {"urn:sha256:9f86d081…", "https://files.example/a?b=c#d", "s3://bucket/key", "a+b-c.1:x"})
        CHECK(why("file", uri).empty());
    for (const auto* text : {"essay.pdf", ":x", "urn:", "1a:b", "a b:c", "urn:a b", "urn:a\nb", "urn:<b>", "../etc"})
        CHECK(why("file", text) == "/answers/file must be a URI");
    CHECK(why("file", "urn:" + std::string(3000, 'x')) == "/answers/file is too long for a URI");
    CHECK(why("essay", "anything at all").empty());
    CHECK(check(*scorer, answers().number("essay", "5")).at(0).detail == "must be a string");
    CHECK(check(*scorer, answers().number("file", "5")).at(0).detail == "must be a URI, a string");
}
