#include "codec/result.hpp"

#include "codec/append_array.hpp"
#include "codec/object_writer.hpp"

namespace gradesvc::codec {

namespace {

using scoring::score_sheet;

void append_score(std::string& out, const score_sheet& sheet) {
    object_writer(out)
        .number("raw", sheet.raw)
        .number("max", sheet.max)
        .number("percent", sheet.percent)
        .integer("answered", sheet.answered)
        .integer("items", sheet.items)
        .integer("pending", sheet.pending)
        .close();
}

void append_ability(std::string& out, const scoring::ability_estimate& ability) {
    object_writer object(out);
    object.text("model", ability.model)
        .text("estimator", ability.estimator)
        .number("theta", ability.theta)
        .number("se", ability.se)
        .boolean("extreme", ability.extreme)
        .number("scaled", ability.scaled)
        .number("scaled_se", ability.scaled_se);
    append_interval(object.key("ci95"), ability.ci95);
    object.number("percentile", ability.percentile).close();
}

void append_level(std::string& out, const scoring::reached_level& level, const domain::test_definition& definition,
                  std::string_view locale) {
    object_writer(out)
        .text("label", definition.levels[level.level].label.in(locale))
        .number("min", level.min)
        .number("probability_above", level.probability_above)
        .close();
}

void append_items(std::string& out, const score_sheet& sheet) {
    append_array(out, sheet.item_scores, [&](const scoring::item_score& item) {
        object_writer(out)
            .text("item_id", item.item_id)
            .text("outcome", scoring::to_string(item.outcome))
            .number("score", item.score)
            .number("max", item.max)
            .text_or_null("misconception", item.misconception)
            .close();
    });
}

void append_skills(std::string& out, const score_sheet& sheet) {
    append_array(out, sheet.skill_scores, [&](const scoring::skill_score& skill) {
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
            .text_or_null("band", skill.band ? scoring::to_string(*skill.band) : "")
            .close();
    });
}

// The words at `index`, "" when none were written.
std::string_view words(const std::vector<std::string>& texts, std::size_t index) {
    return index < texts.size() ? std::string_view(texts[index]) : std::string_view();
}

void append_findings(std::string& out, const score_sheet& sheet, const std::vector<scoring::finding>& findings,
                     const std::vector<std::string>& reasons) {
    append_array(out, findings, [&](const scoring::finding& one) {
        object_writer object(out);
        object.text("skill_id", sheet.skill_scores[one.skill].skill_id)
            .text_or_null("reason", words(reasons, static_cast<std::size_t>(&one - findings.data())));
        append_array(object.key("items"), one.items,
                     [&](std::uint32_t item) { append_json_string(out, sheet.item_scores[item].item_id); });
        object_writer contrast(object.key("contrast"));
        contrast.number("diff", one.diff);
        append_interval(contrast.key("ci90"), one.ci90);
        contrast.close();
        object.close();
    });
}

void append_recommendations(std::string& out, const score_sheet& sheet, const domain::test_definition& definition,
                            const std::vector<std::string>& reasons) {
    append_array(out, sheet.recommendations, [&](const scoring::recommendation& one) {
        object_writer object(out);
        object.text("skill_id", sheet.skill_scores[one.skill].skill_id)
            .text_or_null("why", words(reasons, static_cast<std::size_t>(&one - sheet.recommendations.data())));
        append_array(object.key("resources"), definition.skills[one.skill].resources,
                     [&](const std::string& resource) { append_json_string(out, resource); });
        object.close();
    });
}

void append_pacing(std::string& out, const scoring::pacing& pacing) {
    object_writer object(out);
    object.number("total_s", pacing.total_s)
        .number("limit_s", pacing.limit_s)
        .number("median_item_s", pacing.median_item_s)
        .number("rapid_share", pacing.rapid_share)
        .integer("not_reached", pacing.not_reached);
    append_array(object.key("item_s"), pacing.item_s, [&](const std::optional<double>& seconds) {
        if (seconds)
            append_number(out, *seconds);
        else
            out += "null";
    });
    object.close();
}

void append_report(std::string& out, const score_sheet& sheet, const domain::narrative& narrative) {
    object_writer object(out);
    object.text_or_null("headline", narrative.headline);
    append_array(object.key("sentences"), narrative.sentences,
                 [&](const std::string& sentence) { append_json_string(out, sentence); });
    if (sheet.pacing) append_pacing(object.key("pacing"), *sheet.pacing);
    object.close();
}

} // namespace

void append_interval(std::string& out, const std::optional<scoring::interval>& range) {
    if (!range) {
        out += "null";
        return;
    }
    append_number(out += '[', range->low);
    append_number(out += ',', range->high);
    out += ']';
}

void append_result(std::string& out, const result_header& header, const score_sheet& sheet,
                   const domain::test_definition& definition, std::string_view locale,
                   const domain::narrative& narrative) {
    object_writer result(out);
    result.text_or_null("submission_id", header.submission_id)
        .text("user_id", header.user_id)
        .text("test_id", header.test_id)
        .integer("test_version", header.test_version)
        .integer("attempt", header.attempt)
        .text_if("group_id", header.group_id)
        .integer("revision", header.revision)
        .boolean("final", sheet.pending == 0)
        .text("reason", header.reason)
        .time("accepted_at", header.accepted_at)
        .time("scored_at", header.scored_at);
    object_writer(result.key("scored_by"))
        .text("version", header.engine_version)
        .text("profile", header.profile)
        .text("definition_sha256", header.definition_sha256)
        .text("answers_sha256", header.answers_sha256)
        .close();
    append_score(result.key("score"), sheet);
    if (sheet.ability)
        append_ability(result.key("ability"), *sheet.ability);
    else
        result.null("ability");
    if (sheet.level)
        append_level(result.key("level"), *sheet.level, definition, locale);
    else
        result.null("level");
    append_items(result.key("items"), sheet);
    append_skills(result.key("skills"), sheet);
    append_findings(result.key("strengths"), sheet, sheet.strengths, narrative.strengths);
    append_findings(result.key("weaknesses"), sheet, sheet.weaknesses, narrative.weaknesses);
    append_recommendations(result.key("recommendations"), sheet, definition, narrative.recommendations);
    if (sheet.fit)
        object_writer(result.key("fit")).number("lz", sheet.fit->lz).boolean("flagged", sheet.fit->flagged).close();
    else
        result.null("fit");
    append_report(result.key("report"), sheet, narrative);
    result.close();
}

} // namespace gradesvc::codec
