// Sheets made by hand, so that texts and pages are tested apart from the engine.
#pragma once

#include "codec/definition.hpp"
#include "codec/result.hpp"
#include "gradesvc/report/narrate.hpp"
#include "gradesvc/scoring/score_sheet.hpp"
#include "support/catch.hpp"

#include <stdexcept>
#include <string>

namespace gradesvc::test {

inline domain::test_definition definition_of(const std::string& json) {
    auto decoded = codec::decode_definition(json);
    if (!decoded) throw std::invalid_argument(decoded.error().detail + ": not a definition");
    return *std::move(decoded);
}

/// Three skills on six calibrated items, a reporting scale, two levels; texts in English and German.
inline const std::string full_definition = R"json({
  "test_id": "full", "title": {"en": "Full test", "de": "Voller Test"}, "locale": "en", "time_limit_s": 3600,
  "scale": {"slope": 100, "intercept": 500, "min": 200, "max": 800, "step": 10},
  "skills": [
    {"skill_id": "num", "label": {"en": "Numbers", "de": "Zahlen"}, "resources": ["https://example.org/num"]},
    {"skill_id": "alg", "label": {"en": "Algebra", "de": "Algebra"}, "prerequisites": ["num"],
     "resources": ["https://example.org/alg?a=1&b=2", "javascript:alert(1)"]},
    {"skill_id": "geo", "label": {"en": "Geometry", "de": "Geometrie"}, "prerequisites": ["num"]}],
  "levels": [{"label": {"en": "Basic", "de": "Grundstufe"}, "min": 420},
             {"label": {"en": "Advanced", "de": "Aufbaustufe"}, "min": 560}],
  "items": [
    {"item_id": "q1", "options": ["A", "B"], "correct": "A", "skills": {"num": 1}, "irt": {"model": "2PL", "a": 1, "b": -2}},
    {"item_id": "q2", "options": ["A", "B"], "correct": "A", "skills": {"num": 1}, "irt": {"model": "2PL", "a": 1, "b": -1}},
    {"item_id": "q3", "options": ["A", "B"], "correct": "A", "skills": {"alg": 1}, "irt": {"model": "2PL", "a": 1, "b": 0},
     "misconceptions": {"B": {"en": "loses the sign", "de": "verliert das Vorzeichen"}}},
    {"item_id": "q4", "options": ["A", "B"], "correct": "A", "skills": {"alg": 1}, "irt": {"model": "2PL", "a": 1, "b": 0.5}},
    {"item_id": "q5", "options": ["A", "B"], "correct": "A", "skills": {"geo": 1}, "irt": {"model": "2PL", "a": 1, "b": 1}},
    {"item_id": "q6", "options": ["A", "B"], "correct": "A", "skills": {"geo": 1}, "max_score": 2,
     "irt": {"model": "2PL", "a": 1, "b": 2}}]})json";

/// What the full profile may find in answers to that test. Views point into `definition`.
inline scoring::score_sheet full_sheet(const domain::test_definition& definition) {
    using scoring::item_outcome;
    scoring::score_sheet sheet;
    sheet.raw = 3.5;
    sheet.max = 7;
    sheet.percent = 50;
    sheet.answered = 5;
    sheet.items = 6;
    sheet.ability = scoring::ability_estimate{.model = "2PL", .estimator = "EAP", .theta = 0.214};
    sheet.ability->se = 0.61;
    sheet.ability->scaled = 520;
    sheet.ability->scaled_se = 61;
    sheet.ability->ci95 = scoring::interval{400, 640};
    sheet.ability->percentile = 58.4;
    sheet.level = scoring::reached_level{0, 420, 0.9492};
    const item_outcome outcomes[] = {item_outcome::correct,   item_outcome::correct, item_outcome::incorrect,
                                     item_outcome::incorrect, item_outcome::partial, item_outcome::not_reached};
    const double scores[] = {1, 1, 0, 0, 0.5, 0};
    for (std::size_t i = 0; i < 6; ++i)
        sheet.item_scores.push_back({definition.items[i].item_id, outcomes[i], scores[i], i == 5 ? 2.0 : 1.0});
    sheet.item_scores[2].misconception = "loses the sign";
    sheet.skill_scores = {
        {.skill_id = "num", .label = "Numbers", .items = 2, .points = 2, .max = 2, .percent = 100},
        {.skill_id = "alg", .label = "Algebra", .items = 2, .points = 0, .max = 2, .percent = 0},
        {.skill_id = "geo", .label = "Geometry", .items = 1, .points = 0.5, .max = 3, .percent = 50},
    };
    const double thetas[] = {1.1, -0.9, 0.1}, masteries[] = {0.93, 0.12, 0.5};
    const scoring::skill_band bands[] = {scoring::skill_band::strong, scoring::skill_band::weak,
                                         scoring::skill_band::insufficient_evidence};
    for (std::size_t i = 0; i < 3; ++i) {
        auto& skill = sheet.skill_scores[i];
        skill.percent_ci95 = scoring::interval{*skill.percent * 0.4, 60 + *skill.percent * 0.4};
        skill.theta = thetas[i];
        skill.se = 0.55;
        skill.mastery = masteries[i];
        skill.band = bands[i];
    }
    sheet.strengths = {{.skill = 0, .diff = 1.5, .ci90 = {0.31, 2.69}, .items = {0, 1}}};
    sheet.weaknesses = {{.skill = 1, .diff = -1.5, .ci90 = {-2.69, -0.31}, .items = {2, 3}}};
    sheet.recommendations = {{.skill = 1, .gain = 0.4, .items = {2, 3}}};
    sheet.fit = scoring::person_fit{-2.3, true};
    sheet.pacing = scoring::pacing{.total_s = 1812,
                                   .limit_s = 3600,
                                   .median_item_s = 42.5,
                                   .rapid_share = 0.2,
                                   .not_reached = 1,
                                   .item_s = {30, 42.5, 3.2, 60, 500, std::nullopt}};
    return sheet;
}

/// The result document of a sheet.
inline std::string result_of(const scoring::score_sheet& sheet, const domain::test_definition& definition,
                             std::string_view locale = "en", std::string_view user_id = "u-1") {
    codec::result_header header{};
    header.submission_id = "018f0000-0000-7000-8000-000000000001";
    header.user_id = user_id;
    header.test_id = definition.test_id;
    header.test_version = 3;
    header.scored_at = codec::parse_time("2026-05-04T09:30:00.500Z");
    header.engine_version = "1.2.3";
    header.profile = "full";
    std::string json;
    codec::append_result(json, header, sheet, definition, locale, report::narrate(sheet, definition, locale));
    return json;
}

} // namespace gradesvc::test
