#include "report/document.hpp"

#include "gradesvc/report/narrate.hpp"
#include "gradesvc/scoring/study_items.hpp"
#include "irt/item_model.hpp"

#include <algorithm>
#include <numeric>

namespace gradesvc::report {

namespace {

using scoring::item_outcome;

// From these shares expected on, an outcome is a surprise.
constexpr double nearly_sure = 0.8, nearly_hopeless = 0.2;

item_remark remark_on(const document& of, std::size_t index) {
    const auto& sheet = of.result.sheet;
    const auto& irt = of.definition.items[index].irt;
    item_remark remark;
    if (sheet.pacing) remark.time_s = sheet.pacing->item_s[index];
    remark.rapid = remark.time_s && *remark.time_s < of.rapid_s();
    if (!irt) return remark;
    remark.difficulty = std::accumulate(irt->b.begin(), irt->b.end(), 0.0) / static_cast<double>(irt->b.size());
    if (!sheet.ability) return remark;
    const double share = irt::expected_share(*irt, of.definition.ability.d, sheet.ability->theta);
    remark.expected = share;
    if (sheet.ability->extreme) return remark;
    const auto outcome = sheet.item_scores[index].outcome;
    const bool lost = outcome == item_outcome::incorrect || outcome == item_outcome::blank;
    remark.missed = outcome == item_outcome::incorrect && share >= nearly_sure;
    remark.beyond = outcome == item_outcome::correct && share <= nearly_hopeless;
    remark.reach = (lost || outcome == item_outcome::partial) && scoring::in_reach(share);
    return remark;
}

void add_terms(document& to) {
    const auto& sheet = to.result.sheet;
    const auto add = [&](std::string_view name, std::string_view meaning, bool used) {
        if (used) to.glossary.push_back({to.words.text(name), to.words.text(meaning)});
    };
    const auto& skills = sheet.skill_scores;
    const bool mastery = std::any_of(skills.begin(), skills.end(), [](const auto& s) { return s.mastery.has_value(); });
    const bool ranges =
        std::any_of(skills.begin(), skills.end(), [](const auto& s) { return s.percent_ci95.has_value(); });
    const auto& ability = sheet.ability;
    add("glossary.score", "glossary.score_is", ability && ability->scaled);
    add("glossary.range", "glossary.range_is", ranges || (ability && ability->ci95));
    add("glossary.percentile", "glossary.percentile_is", ability && ability->percentile && !ability->extreme);
    add("glossary.mastery", "glossary.mastery_is", mastery);
    add("glossary.quick", "glossary.quick_is", sheet.pacing.has_value());
    to.caveats.push_back(to.words.text("caveat.one"));
    if (!skills.empty()) to.caveats.push_back(to.words.text("caveat.few"));
}

} // namespace

document::document(std::string_view json, const domain::test_definition& of, std::string_view language)
    : definition(of),
      words(phrasebook_of(language)),
      result(json, of, language),
      said(narrate(result.sheet, of, language)) {
    remarks.reserve(of.items.size());
    for (std::size_t i = 0; i < of.items.size(); ++i) remarks.push_back(remark_on(*this, i));
    add_terms(*this);
}

std::string_view document::title() const {
    const auto title = definition.title.in(words.language());
    return title.empty() ? std::string_view(definition.test_id) : title;
}

std::string document::level_from(std::size_t level) const {
    return words.say("level.from",
                     {{"level", shortened(level_label(level))}, {"min", words.number(definition.levels[level].min)}});
}

bool is_web_address(std::string_view resource) {
    const bool scheme = resource.starts_with("https://") || resource.starts_with("http://");
    return scheme && std::all_of(resource.begin(), resource.end(), [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte > ' ' && byte != 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
           });
}

} // namespace gradesvc::report
