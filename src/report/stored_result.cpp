#include "report/stored_result.hpp"

#include "gradesvc/scoring/study_items.hpp"

#include <algorithm>
#include <stdexcept>

namespace gradesvc::report {

namespace {

using codec::json_kind;
using scoring::item_outcome;
using scoring::skill_band;
using value = codec::json_document::value;

[[noreturn]] void refuse(std::string_view what) {
    throw std::invalid_argument("not a result of this test: " + std::string(what));
}

// A documented member, always there.
value need(value object, std::string_view name) {
    const auto found = object && object.is(json_kind::object) ? object.find(name) : value();
    if (!found) refuse(name);
    return found;
}

std::string_view text(value object, std::string_view name) {
    const auto found = need(object, name);
    return found.is(json_kind::string) ? found.text() : std::string_view();
}

std::optional<double> number(value object, std::string_view name) { return need(object, name).as_double(); }
double plain(value object, std::string_view name) { return number(object, name).value_or(0); }
int count(value object, std::string_view name) { return static_cast<int>(need(object, name).as_int().value_or(0)); }

std::optional<scoring::interval> interval(value object, std::string_view name) {
    const auto pair = need(object, name);
    if (!pair.is(json_kind::array) || pair.size() != 2) return std::nullopt;
    const auto low = *pair.begin(), high = *++pair.begin();
    return scoring::interval{low.as_double().value_or(0), high.as_double().value_or(0)};
}

template <class Enum>
std::optional<Enum> word(std::string_view text, Enum last) {
    for (int i = 0; i <= static_cast<int>(last); ++i)
        if (to_string(static_cast<Enum>(i)) == text) return static_cast<Enum>(i);
    return std::nullopt;
}

bool among(std::string_view wanted, const domain::localized_text& text) {
    return std::any_of(text.texts.begin(), text.texts.end(), [&](const auto& one) { return one.second == wanted; });
}

// The same misconception in another language.
std::string_view translated(std::string_view text, const domain::test_item& item, std::string_view language) {
    if (text.empty()) return text;
    for (const auto& [option, misconception] : item.misconceptions)
        if (among(text, misconception)) return misconception.in(language);
    return text;
}

} // namespace

stored_result::stored_result(std::string_view json, const domain::test_definition& definition,
                             std::string_view language)
    : definition_(definition), language_(language) {
    if (const auto wrong = document_.parse(json); !wrong.empty()) refuse(wrong);
    const auto result = document_.root();
    read_header(result);
    if (test_id != definition.test_id) refuse("test_id");
    const auto score = need(result, "score");
    sheet.raw = plain(score, "raw");
    sheet.max = plain(score, "max");
    sheet.percent = number(score, "percent");
    sheet.answered = count(score, "answered");
    sheet.items = count(score, "items");
    sheet.pending = count(score, "pending");
    read_ability(need(result, "ability"));
    read_level(need(result, "level"));
    read_items(need(result, "items"));
    read_skills(need(result, "skills"));
    read_findings(need(result, "strengths"), sheet.strengths);
    read_findings(need(result, "weaknesses"), sheet.weaknesses);
    read_recommendations(need(result, "recommendations"));
    if (const auto fit = need(result, "fit"); fit.is(json_kind::object))
        sheet.fit = scoring::person_fit{plain(fit, "lz"), need(fit, "flagged").as_bool()};
    if (const auto pacing = need(result, "report").find("pacing"); pacing && pacing.is(json_kind::object))
        read_pacing(pacing);
}

void stored_result::read_header(value result) {
    submission_id = text(result, "submission_id");
    user_id = text(result, "user_id");
    test_id = text(result, "test_id");
    test_version = need(result, "test_version").as_int().value_or(0);
    attempt = need(result, "attempt").as_int();
    revision = need(result, "revision").as_int().value_or(1);
    final = need(result, "final").as_bool();
    accepted_at = text(result, "accepted_at");
    scored_at = text(result, "scored_at");
    const auto engine = need(result, "scored_by");
    engine_version = text(engine, "version");
    profile = text(engine, "profile");
    definition_sha256 = text(engine, "definition_sha256");
    answers_sha256 = text(engine, "answers_sha256");
}

void stored_result::read_ability(value ability) {
    if (!ability.is(json_kind::object)) return;
    sheet.ability = scoring::ability_estimate{.model = text(ability, "model"),
                                              .estimator = text(ability, "estimator"),
                                              .theta = plain(ability, "theta"),
                                              .se = number(ability, "se"),
                                              .extreme = need(ability, "extreme").as_bool(),
                                              .scaled = number(ability, "scaled"),
                                              .scaled_se = number(ability, "scaled_se"),
                                              .ci95 = interval(ability, "ci95"),
                                              .percentile = number(ability, "percentile")};
}

void stored_result::read_level(value level) {
    if (!level.is(json_kind::object)) return;
    const auto label = text(level, "label");
    const auto& levels = definition_.levels;
    const auto found = std::find_if(levels.begin(), levels.end(), [&](const auto& l) { return among(label, l.label); });
    if (found == levels.end()) refuse("level");
    sheet.level = scoring::reached_level{static_cast<std::uint32_t>(found - levels.begin()), plain(level, "min"),
                                         number(level, "probability_above")};
}

void stored_result::read_items(value items) {
    if (!items.is(json_kind::array) || items.size() != definition_.items.size()) refuse("items");
    sheet.item_scores.reserve(items.size());
    for (const auto json : items) {
        const auto& item = definition_.items[sheet.item_scores.size()];
        const auto outcome = word(text(json, "outcome"), item_outcome::pending);
        if (text(json, "item_id") != item.item_id || !outcome) refuse("items");
        sheet.item_scores.push_back({item.item_id, *outcome, plain(json, "score"), plain(json, "max"),
                                     translated(text(json, "misconception"), item, language_)});
    }
}

void stored_result::read_skills(value skills) {
    if (!skills.is(json_kind::array) || (skills.size() > 0 && skills.size() != definition_.skills.size()))
        refuse("skills");
    for (const auto json : skills) {
        const auto& skill = definition_.skills[sheet.skill_scores.size()];
        if (text(json, "skill_id") != skill.skill_id) refuse("skills");
        sheet.skill_scores.push_back({.skill_id = skill.skill_id,
                                      .label = skill.label.in(language_),
                                      .items = count(json, "items"),
                                      .points = plain(json, "points"),
                                      .max = plain(json, "max"),
                                      .percent = number(json, "percent"),
                                      .percent_ci95 = interval(json, "percent_ci95"),
                                      .theta = number(json, "theta"),
                                      .se = number(json, "se"),
                                      .mastery = number(json, "mastery"),
                                      .band = word(text(json, "band"), skill_band::insufficient_evidence)});
    }
}

std::uint32_t stored_result::skill_of(value finding) const {
    const auto id = text(finding, "skill_id");
    const auto found = std::find_if(sheet.skill_scores.begin(), sheet.skill_scores.end(),
                                    [&](const auto& skill) { return skill.skill_id == id; });
    if (found == sheet.skill_scores.end()) refuse("skill_id");
    return static_cast<std::uint32_t>(found - sheet.skill_scores.begin());
}

void stored_result::read_findings(value findings, std::vector<scoring::finding>& into) const {
    if (!findings.is(json_kind::array)) refuse("findings");
    for (const auto json : findings) {
        auto& one = into.emplace_back();
        one.skill = skill_of(json);
        const auto contrast = need(json, "contrast");
        one.diff = plain(contrast, "diff");
        one.ci90 = interval(contrast, "ci90").value_or(scoring::interval());
        for (const auto id : need(json, "items")) {
            const auto found = std::find_if(sheet.item_scores.begin(), sheet.item_scores.end(),
                                            [&](const auto& item) { return item.item_id == id.text(); });
            if (found == sheet.item_scores.end()) refuse("items of a finding");
            one.items.push_back(static_cast<std::uint32_t>(found - sheet.item_scores.begin()));
        }
    }
}

// The document does not repeat which items are to be studied.
void stored_result::read_recommendations(value recommendations) {
    if (!recommendations.is(json_kind::array)) refuse("recommendations");
    for (const auto json : recommendations) {
        auto& one = sheet.recommendations.emplace_back();
        one.skill = skill_of(json);
        one.items = scoring::items_to_study(definition_, sheet, one.skill);
    }
}

void stored_result::read_pacing(value pacing) {
    sheet.pacing = scoring::pacing{.total_s = plain(pacing, "total_s"),
                                   .limit_s = number(pacing, "limit_s"),
                                   .median_item_s = plain(pacing, "median_item_s"),
                                   .rapid_share = plain(pacing, "rapid_share"),
                                   .not_reached = count(pacing, "not_reached")};
    const auto times = need(pacing, "item_s");
    if (!times.is(json_kind::array) || times.size() != definition_.items.size()) refuse("item_s");
    for (const auto seconds : times) sheet.pacing->item_s.push_back(seconds.as_double());
}

} // namespace gradesvc::report
