#include "gradesvc/report/render.hpp"
#include "sheets.hpp"

#include <boost/json/parse.hpp>

using namespace gradesvc;
using namespace gradesvc::test;

namespace {

const auto full = definition_of(full_definition);

boost::json::object report_of(const scoring::score_sheet& sheet, std::string_view language = "en") {
    return boost::json::parse(report::report_json(result_of(sheet, full), full, language)).as_object();
}

} // namespace

TEST_CASE("a full result gives a report with every field") {
    const auto json = report_of(full_sheet(full));
    CHECK(json.at("submission_id") == "018f0000-0000-7000-8000-000000000001");
    CHECK(json.at("title") == "Full test");
    CHECK(json.at("locale") == "en");
    CHECK(json.at("scored_at") == "2026-05-04T09:30:00.500Z");
    CHECK(json.at("engine").at("profile") == "full");
    CHECK(json.at("summary").at("headline").as_string().starts_with("You reached the level"));
    CHECK(json.at("score").at("scaled") == 520);
    CHECK(json.at("score").at("ci95").as_array().at(1) == 640);
    CHECK(json.at("level").at("label") == "Basic");
    CHECK(json.at("skills").as_array().at(1).at("band") == "weak");
    CHECK(json.at("strengths").as_array().at(0).at("items").as_array().at(1) == "q2");
    CHECK(json.at("weaknesses").as_array().at(0).at("contrast").at("diff") == -1.5);
    CHECK(json.at("recommendations").as_array().at(0).at("resources").as_array().size() == 2);
    CHECK(json.at("pacing").at("limit_s") == 3600);
    CHECK(json.at("fit").at("flagged") == true);
    CHECK(json.at("glossary").as_array().size() == 5);
    CHECK(json.at("caveats").as_array().size() == 2);
}

TEST_CASE("items tell what was expected and what is remarkable, never the key") {
    const auto json = report_of(full_sheet(full));
    const auto& items = json.at("items").as_array();
    REQUIRE(items.size() == 6);
    const auto& third = items.at(2);
    CHECK(third.at("position") == 3);
    CHECK(third.at("skills").as_array().at(0) == "alg");
    CHECK(third.at("misconception") == "loses the sign");
    CHECK(third.at("time_s") == 3.2);
    CHECK(third.at("expected").as_double() == Approx(0.5532979)); // logistic(0.214)
    REQUIRE(third.at("flags").as_array().size() == 2);
    CHECK(third.at("flags").as_array().at(0) == "within_reach");
    CHECK(third.at("flags").as_array().at(1) == "rapid");
    CHECK(items.at(0).at("flags").as_array().empty());
    auto sheet = full_sheet(full);
    sheet.ability->theta = -3.5;
    CHECK(report_of(sheet).at("items").as_array().at(0).at("flags").as_array().at(0) == "unexpectedly_right");
    sheet.ability->theta = 3;
    CHECK(report_of(sheet).at("items").as_array().at(2).at("flags").as_array().at(0) == "unexpectedly_wrong");
}

TEST_CASE("the whole report is in the language asked for, whichever the result was written in") {
    const auto json = report_of(full_sheet(full), "de");
    CHECK(json.at("title") == "Voller Test");
    CHECK(json.at("summary").at("headline").as_string().starts_with("Sie haben die Stufe „Grundstufe“"));
    CHECK(json.at("level").at("label") == "Grundstufe");
    CHECK(json.at("skills").as_array().at(0).at("label") == "Zahlen");
    CHECK(json.at("items").as_array().at(2).at("misconception") == "verliert das Vorzeichen");
    CHECK(json.at("weaknesses").as_array().at(0).at("reason").as_string().starts_with("In „Algebra“ haben Sie"));
    CHECK(report::report_json(result_of(full_sheet(full), full, "en"), full, "de") ==
          report::report_json(result_of(full_sheet(full), full, "en"), full, "de"));
}

TEST_CASE("what a result does not have is null") {
    const auto plain = definition_of(R"({"test_id":"t","items":[{"item_id":"q1","correct":"B"}]})");
    scoring::score_sheet sheet;
    sheet.max = sheet.items = sheet.pending = 1;
    sheet.item_scores = {{"q1", scoring::item_outcome::pending, 0, 1}};
    const auto json = boost::json::parse(report::report_json(result_of(sheet, plain), plain, "en")).as_object();
    CHECK(json.at("title") == "t");
    CHECK(json.at("final") == false);
    for (const auto* name : {"level", "pacing", "fit", "attempt"}) CHECK(json.at(name).is_null());
    for (const auto* name : {"percent", "scaled", "theta", "se", "model"}) CHECK(json.at("score").at(name).is_null());
    for (const auto* name : {"skills", "strengths", "weaknesses", "recommendations", "glossary"})
        CHECK(json.at(name).as_array().empty());
    CHECK(json.at("items").as_array().at(0).at("expected").is_null());
}

TEST_CASE("a result of another test is refused") {
    const auto result = result_of(full_sheet(full), full);
    const auto other = definition_of(R"({"test_id":"full","items":[{"item_id":"q1","correct":"B"}]})");
    CHECK_THROWS_AS(report::report_json(result, other, "en"), std::invalid_argument);
    const auto unlike = definition_of(R"({"test_id":"t","items":[{"item_id":"q1","correct":"B"}]})");
    for (const std::string_view json : {std::string_view("{}"), std::string_view("["), std::string_view("null"),
                                        std::string_view(R"({"submission_id":1})"), std::string_view(result)})
        CHECK_THROWS_AS(report::report_html(json, unlike, "en"), std::invalid_argument);
    CHECK_THROWS_AS(report::report_html(result, full, "xx"), std::out_of_range);
}
