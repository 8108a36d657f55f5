// A test whose author means no good, and a sheet of it.
#pragma once

#include "sheets.hpp"

namespace gradesvc::test {

inline const std::string hostile_text =
    R"(</title><script>alert(1)</script>"'><img src=x onerror=alert(1)>{{t.skills}}&amp;)";

inline const std::string hostile_definition = R"json({
  "test_id": "evil\"><svg onload=alert(1)>", "title": "TEXT\u202e\u2066", "locale": "en",
  "skills": [
    {"skill_id": "s\"'<", "label": "TEXT\u202etxet\u0007\u0085", "resources": [
       "javascript:alert(1)", "JaVaScRiPt:alert(1)", " https://x", "https://x y", "https://a/\u0001",
       "https://a/\"onmouseover=\"alert(1)", "data:text/html,<script>alert(1)</script>", "https://ok.example/?a=1&b=2"]},
    {"skill_id": "rtl", "label": "\u05d0\u05d1\u05d2 \u0627\u0644\u062c\u0628\u0631"}],
  "levels": [{"label": "TEXT", "min": 0}],
  "items": [
    {"item_id": "<b>&'\"", "options": ["A", "B"], "correct": "A", "skills": {"s\"'<": 1, "rtl": 1},
     "misconceptions": {"B": "TEXT"}}]})json";

inline std::string hostile_json() {
    std::string json = hostile_definition, quoted;
    for (const char c : hostile_text) quoted += c == '"' ? "\\\"" : std::string(1, c);
    for (std::size_t at; (at = json.find("TEXT")) != json.npos;) json.replace(at, 4, quoted);
    return json;
}

inline scoring::score_sheet hostile_sheet(const domain::test_definition& definition) {
    scoring::score_sheet sheet;
    sheet.max = sheet.items = sheet.answered = 1;
    sheet.percent = 0;
    sheet.level = scoring::reached_level{0, 0, {}};
    sheet.item_scores = {{definition.items[0].item_id, scoring::item_outcome::incorrect, 0, 1}};
    sheet.item_scores[0].misconception = definition.items[0].misconceptions[0].second.texts[0].second;
    for (const auto& skill : definition.skills)
        sheet.skill_scores.push_back({.skill_id = skill.skill_id,
                                      .label = skill.label.in(""),
                                      .items = 1,
                                      .points = 0,
                                      .max = 1,
                                      .percent = 0,
                                      .band = scoring::skill_band::weak});
    sheet.weaknesses = {{.skill = 0, .diff = -0.5, .ci90 = {-0.9, -0.1}, .items = {0}}};
    sheet.recommendations = {{.skill = 0, .items = {0}}, {.skill = 1}};
    return sheet;
}

} // namespace gradesvc::test
