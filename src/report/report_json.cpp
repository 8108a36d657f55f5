#include "codec/append_array.hpp"
#include "codec/object_writer.hpp"
#include "codec/result.hpp"
#include "gradesvc/report/render.hpp"
#include "report/document.hpp"

namespace gradesvc::report {

namespace {

using codec::append_array;
using codec::append_interval;
using codec::object_writer;

template <class Range>
void append_texts(std::string& out, const Range& texts) {
    append_array(out, texts, [&](const auto& text) { codec::append_json_string(out, text); });
}

void append_score(std::string& out, const document& from) {
    const auto& sheet = from.result.sheet;
    const auto ability = sheet.ability.value_or(scoring::ability_estimate());
    const auto theta = sheet.ability ? std::optional(ability.theta) : std::nullopt;
    object_writer score(out);
    score.number("raw", sheet.raw)
        .number("max", sheet.max)
        .number("percent", sheet.percent)
        .integer("answered", sheet.answered)
        .integer("items", sheet.items)
        .integer("pending", sheet.pending)
        .number("scaled", ability.scaled)
        .number("scaled_se", ability.scaled_se);
    append_interval(score.key("ci95"), ability.ci95);
    score.number("theta", theta)
        .number("se", ability.se)
        .text_or_null("model", ability.model)
        .text_or_null("estimator", ability.estimator)
        .boolean("extreme", ability.extreme)
        .number("percentile", ability.percentile)
        .close();
}

void append_level(std::string& out, const document& from) {
    const auto& level = *from.result.sheet.level;
    object_writer(out)
        .text("label", from.level_label(level.level))
        .number("min", level.min)
        .number("probability_above", level.probability_above)
        .close();
}

void append_skills(std::string& out, const document& from) {
    append_array(out, from.result.sheet.skill_scores, [&](const scoring::skill_score& skill) {
        object_writer object(out);
        object.text("skill_id", skill.skill_id)
            .text("label", skill.label)
            .integer("items", skill.items)
            .number("points", skill.points)
            .number("max", skill.max)
            .number("percent", skill.percent);
        append_interval(object.key("percent_ci95"), skill.percent_ci95);
        object.number("theta", skill.theta)
            .number("se", skill.se)
            .number("mastery", skill.mastery)
            .text_or_null("band", skill.band ? to_string(*skill.band) : "")
            .close();
    });
}

void append_findings(std::string& out, const document& from, const std::vector<scoring::finding>& findings,
                     const std::vector<std::string>& reasons) {
    append_array(out, findings, [&](const scoring::finding& one) {
        const auto& sheet = from.result.sheet;
        object_writer object(out);
        object.text("skill_id", sheet.skill_scores[one.skill].skill_id)
            .text("label", sheet.skill_scores[one.skill].label)
            .text("reason", reasons[static_cast<std::size_t>(&one - findings.data())]);
        append_array(object.key("items"), one.items,
                     [&](std::uint32_t item) { codec::append_json_string(out, sheet.item_scores[item].item_id); });
        object_writer contrast(object.key("contrast"));
        contrast.number("diff", one.diff);
        append_interval(contrast.key("ci90"), one.ci90);
        contrast.close();
        object.close();
    });
}

void append_recommendations(std::string& out, const document& from) {
    const auto& all = from.result.sheet.recommendations;
    append_array(out, all, [&](const scoring::recommendation& one) {
        object_writer object(out);
        object.text("skill_id", from.result.sheet.skill_scores[one.skill].skill_id)
            .text("label", from.result.sheet.skill_scores[one.skill].label)
            .text("why", from.said.recommendations[static_cast<std::size_t>(&one - all.data())]);
        append_texts(object.key("resources"), from.definition.skills[one.skill].resources);
        object.close();
    });
}

void append_flags(std::string& out, const item_remark& remark) {
    std::vector<std::string_view> flags;
    if (remark.missed) flags.emplace_back("unexpectedly_wrong");
    if (remark.beyond) flags.emplace_back("unexpectedly_right");
    if (remark.reach) flags.emplace_back("within_reach");
    if (remark.rapid) flags.emplace_back("rapid");
    append_texts(out, flags);
}

void append_items(std::string& out, const document& from) {
    std::size_t index = 0;
    append_array(out, from.result.sheet.item_scores, [&](const scoring::item_score& item) {
        const auto& remark = from.remarks[index];
        object_writer object(out);
        object.text("item_id", item.item_id).integer("position", static_cast<std::int64_t>(index + 1));
        append_array(object.key("skills"), from.definition.items[index].skills, [&](const auto& share) {
            codec::append_json_string(out, from.definition.skills[share.skill].skill_id);
        });
        object.text("outcome", to_string(item.outcome))
            .number("score", item.score)
            .number("max", item.max)
            .number("time_s", remark.time_s)
            .number("expected", remark.expected);
        append_flags(object.key("flags"), remark);
        object.text_or_null("misconception", item.misconception).close();
        ++index;
    });
}

void append_pacing(std::string& out, const scoring::pacing& pacing) {
    object_writer(out)
        .number("total_s", pacing.total_s)
        .number("limit_s", pacing.limit_s)
        .number("median_item_s", pacing.median_item_s)
        .number("rapid_share", pacing.rapid_share)
        .integer("not_reached", pacing.not_reached)
        .close();
}

void append_header(object_writer& report, const stored_result& result, std::string_view language) {
    report.text_or_null("submission_id", result.submission_id)
        .text("user_id", result.user_id)
        .text("test_id", result.test_id)
        .integer("test_version", result.test_version)
        .integer("attempt", result.attempt)
        .integer("revision", result.revision)
        .boolean("final", result.final)
        .text_or_null("accepted_at", result.accepted_at)
        .text_or_null("scored_at", result.scored_at)
        .text("locale", language);
    object_writer(report.key("engine")).text("version", result.engine_version).text("profile", result.profile).close();
}

} // namespace

std::string report_json(std::string_view result, const domain::test_definition& definition, std::string_view language) {
    const document from(result, definition, language);
    const auto& sheet = from.result.sheet;
    std::string out;
    out.reserve(2048 + 200 * sheet.item_scores.size());
    object_writer report(out);
    append_header(report, from.result, from.words.language());
    report.text("title", from.title());
    object_writer summary(report.key("summary"));
    summary.text("headline", from.said.headline);
    append_texts(summary.key("sentences"), from.said.sentences);
    summary.close();
    append_score(report.key("score"), from);
    if (sheet.level)
        append_level(report.key("level"), from);
    else
        report.null("level");
    append_skills(report.key("skills"), from);
    append_findings(report.key("strengths"), from, sheet.strengths, from.said.strengths);
    append_findings(report.key("weaknesses"), from, sheet.weaknesses, from.said.weaknesses);
    append_recommendations(report.key("recommendations"), from);
    append_items(report.key("items"), from);
    if (sheet.pacing)
        append_pacing(report.key("pacing"), *sheet.pacing);
    else
        report.null("pacing");
    if (sheet.fit)
        object_writer(report.key("fit")).number("lz", sheet.fit->lz).boolean("flagged", sheet.fit->flagged).close();
    else
        report.null("fit");
    append_texts(report.key("caveats"), from.caveats);
    append_array(report.key("glossary"), from.glossary, [&](const term& one) {
        object_writer(out).text("term", one.name).text("meaning", one.meaning).close();
    });
    report.close();
    return out;
}

} // namespace gradesvc::report
