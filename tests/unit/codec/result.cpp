#include "codec/result.hpp"

#include "codec/json_document.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace gradesvc;
namespace json = boost::json;

namespace {

scoring::score_sheet sheet_of_two() {
    scoring::score_sheet sheet;
    sheet.raw = 1.0 / 3;
    sheet.max = 2;
    sheet.percent = 100.0 / 6;
    sheet.answered = 1;
    sheet.items = 2;
    sheet.item_scores = {{"q1", scoring::item_outcome::partial, 1.0 / 3, 1, "sign error"},
                         {"q\"2\"", scoring::item_outcome::blank, 0, 1, ""}};
    sheet.skill_scores = {{"lin", "Linear \"equations\"", 2, 1.0 / 3, 2, 100.0 / 6}};
    return sheet;
}

const codec::result_header header{.submission_id = "4f3a4992-2808-5e59-a333-1f7a06208ece",
                                  .user_id = "u-1",
                                  .test_id = "t",
                                  .test_version = 3,
                                  .attempt = 2,
                                  .group_id = "g",
                                  .accepted_at = codec::time_ms(std::chrono::milliseconds(1'777'887'000'007)),
                                  .scored_at = codec::time_ms(std::chrono::milliseconds(1'777'887'000'100)),
                                  .engine_version = "0.1.0",
                                  .definition_sha256 = "d",
                                  .answers_sha256 = "a"};

std::string encoded(const codec::result_header& h, const scoring::score_sheet& sheet) {
    std::string out;
    codec::append_result(out, h, sheet, {}, "en", {});
    return out;
}

} // namespace

TEST_CASE("a result has every documented member", "[result]") {
    const auto expected = json::parse(R"({
        "submission_id":"4f3a4992-2808-5e59-a333-1f7a06208ece","user_id":"u-1","test_id":"t","test_version":3,"attempt":2,"group_id":"g",
        "revision":1,"final":true,"reason":"scored","accepted_at":"2026-05-04T09:30:00.007Z","scored_at":"2026-05-04T09:30:00.100Z",
        "scored_by":{"version":"0.1.0","profile":"standard","definition_sha256":"d","answers_sha256":"a"},
        "score":{"raw":0.333333333333,"max":2,"percent":16.6666666667,"answered":1,"items":2,"pending":0},
        "ability":null,"level":null,
        "items":[{"item_id":"q1","outcome":"partial","score":0.333333333333,"max":1,"misconception":"sign error"},
                 {"item_id":"q\"2\"","outcome":"blank","score":0,"max":1,"misconception":null}],
        "skills":[{"skill_id":"lin","label":"Linear \"equations\"","items":2,"points":0.333333333333,"max":2,"percent":16.6666666667,
                   "percent_ci95":null,"theta":null,"se":null,"mastery":null,"band":null}],
        "strengths":[],"weaknesses":[],"recommendations":[],"fit":null,"report":{"headline":null,"sentences":[]}})");
    CHECK(json::serialize(json::parse(encoded(header, sheet_of_two()))) == json::serialize(expected)); // order too
}

TEST_CASE("what does not apply to a result is null", "[result]") {
    auto sheet = sheet_of_two();
    sheet.pending = 1;
    sheet.percent.reset();
    sheet.skill_scores.clear();
    const auto result = json::parse(encoded({.submission_id = "",
                                             .user_id = "u",
                                             .test_id = "t",
                                             .test_version = 1,
                                             .engine_version = "v",
                                             .definition_sha256 = "",
                                             .answers_sha256 = ""},
                                            sheet))
                            .as_object();
    for (const auto* name : {"submission_id", "attempt", "group_id", "accepted_at", "scored_at"})
        CHECK(result.at(name).is_null());
    CHECK(result.at("final") == false);
    CHECK(result.at("score").as_object().at("percent").is_null());
    CHECK(result.at("skills") == json::array());
}

TEST_CASE("the same sheet gives the same bytes", "[result]") {
    CHECK(encoded(header, sheet_of_two()) == encoded(header, sheet_of_two()));
}
