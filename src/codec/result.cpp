#include "codec/result.hpp"

#include "codec/object_writer.hpp"

namespace gradesvc::codec {

namespace {

void append_items(std::string& out, const scoring::score_sheet& sheet) {
    out += '[';
    const char* separator = "";
    for (const auto& item : sheet.item_scores) {
        out += std::exchange(separator, ",");
        object_writer(out)
            .text("item_id", item.item_id)
            .text("outcome", scoring::to_string(item.outcome))
            .number("score", item.score)
            .number("max", item.max)
            .text_or_null("misconception", item.misconception)
            .close();
    }
    out += ']';
}

void append_skills(std::string& out, const scoring::score_sheet& sheet) {
    out += '[';
    const char* separator = "";
    for (const auto& skill : sheet.skill_scores) {
        out += std::exchange(separator, ",");
        object_writer(out)
            .text("skill_id", skill.skill_id)
            .text("label", skill.label)
            .integer("items", skill.items)
            .number("points", skill.points)
            .number("max", skill.max)
            .number("percent", skill.percent)
            .null("percent_ci95")
            .null("theta")
            .null("se")
            .null("mastery")
            .null("band")
            .close();
    }
    out += ']';
}

} // namespace

void append_result(std::string& out, const result_header& header, const scoring::score_sheet& sheet) {
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
    object_writer(result.key("score"))
        .number("raw", sheet.raw)
        .number("max", sheet.max)
        .number("percent", sheet.percent)
        .integer("answered", sheet.answered)
        .integer("items", sheet.items)
        .integer("pending", sheet.pending)
        .close();
    result.null("ability").null("level");
    append_items(result.key("items"), sheet);
    append_skills(result.key("skills"), sheet);
    result.raw("strengths", "[]").raw("weaknesses", "[]").raw("recommendations", "[]").null("fit");
    object_writer(result.key("report")).null("headline").raw("sentences", "[]").close();
    result.close();
}

} // namespace gradesvc::codec
