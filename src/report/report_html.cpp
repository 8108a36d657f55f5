#include "gradesvc/report/render.hpp"
#include "report/charts.hpp"
#include "report/document.hpp"
#include "report/page_template.hpp"

namespace gradesvc::report {

namespace {

using scoring::item_outcome;

// 2026-05-04T09:30:00.000Z as 2026-05-04 09:30 UTC
std::string readable(std::string_view time) {
    if (time.size() < 16) return std::string(time);
    return std::string(time.substr(0, 10)) + " " + std::string(time.substr(11, 5)) + " UTC";
}

list texts(const std::vector<std::string>& all) { return {all.begin(), all.end()}; }

data levels(const document& from) {
    const auto& sheet = from.result.sheet;
    list all;
    for (std::size_t i = 0; i < from.definition.levels.size(); ++i)
        all.push_back(fields()
                          .text("level_text", from.level_from(i))
                          .flag("is_reached", sheet.level && sheet.level->level == i)
                          .take());
    return all.empty() ? data(false) : fields().all("all_levels", all).take();
}

std::string skill_numbers(const document& from, const scoring::skill_score& skill) {
    const auto& words = from.words;
    std::string text = words.say("skill.points", skill.max, {{"points", words.number(skill.points)}});
    if (skill.percent) text += " (" + words.percent(*skill.percent) + ")";
    if (skill.percent_ci95) {
        const auto range = words.say("number.range", {{"low", words.percent(skill.percent_ci95->low)},
                                                      {"high", words.percent(skill.percent_ci95->high)}});
        text += "; " + words.say("skill.range", {{"range", range}});
    }
    text += "; " + words.say("skill.items", skill.items, {});
    if (skill.mastery) text += "; " + words.say("skill.mastery", {{"percent", words.probability(*skill.mastery)}});
    return text;
}

data skills(const document& from) {
    list all;
    for (const auto& skill : from.result.sheet.skill_scores) {
        const auto share = [](double percent) { return coordinate(std::min(std::max(percent, 0.0), 100.0)); };
        const auto numbers = skill_numbers(from, skill);
        const auto band = skill.band ? to_string(*skill.band) : std::string_view();
        fields one;
        one.text("skill_label", skill.label)
            .text("band", band)
            .text("band_word", band.empty() ? band : from.words.text("word." + std::string(band)))
            .text("numbers", numbers)
            .text("alt", from.words.say("chart.skill", {{"skill", shortened(skill.label)}, {"percent", numbers}}))
            .text("filled", share(skill.percent.value_or(0)))
            .flag("whisker", skill.percent_ci95.has_value());
        if (skill.percent_ci95)
            one.text("whisker_from", share(skill.percent_ci95->low))
                .text("whisker_to", share(skill.percent_ci95->high));
        all.push_back(one.take());
    }
    return all.empty() ? data(false) : fields().all("all_skills", all).take();
}

list findings(const document& from, const std::vector<scoring::finding>& all, const std::vector<std::string>& reasons) {
    list shown;
    for (std::size_t i = 0; i < all.size(); ++i) {
        list behind;
        for (const auto item : all[i].items)
            behind.push_back(fields()
                                 .text("item_id", from.result.sheet.item_scores[item].item_id)
                                 .flag("is_next", !behind.empty())
                                 .take());
        shown.push_back(fields()
                            .text("finding_label", from.label(all[i].skill))
                            .text("reason", reasons[i])
                            .flag("has_items", !behind.empty())
                            .all("behind", behind)
                            .take());
    }
    return shown;
}

data next_steps(const document& from) {
    list all;
    const auto& recommendations = from.result.sheet.recommendations;
    for (std::size_t i = 0; i < recommendations.size(); ++i) {
        list resources;
        for (const auto& resource : from.definition.skills[recommendations[i].skill].resources)
            resources.push_back(
                fields().text("resource", resource).flag("is_address", is_web_address(resource)).take());
        all.push_back(fields()
                          .text("next_label", from.label(recommendations[i].skill))
                          .text("why", from.said.recommendations[i])
                          .flag("has_resources", !resources.empty())
                          .all("resources", resources)
                          .take());
    }
    return all.empty() ? data(false) : fields().all("all_steps", all).take();
}

std::vector<std::string> remarks_on(const document& from, std::size_t item) {
    std::vector<std::string> said;
    const auto& score = from.result.sheet.item_scores[item];
    const auto& remark = from.remarks[item];
    if (!score.misconception.empty())
        said.push_back(from.words.say("item.misconception", {{"misconception", score.misconception}}));
    if (remark.missed) said.emplace_back(from.words.text("item.missed"));
    if (remark.beyond) said.emplace_back(from.words.text("item.beyond"));
    if (remark.reach) said.emplace_back(from.words.text("item.reach"));
    if (remark.rapid) said.emplace_back(from.words.text("item.rapid"));
    return said;
}

list items(const document& from) {
    const auto& words = from.words;
    list all;
    all.reserve(from.remarks.size());
    for (std::size_t i = 0; i < from.remarks.size(); ++i) {
        const auto& score = from.result.sheet.item_scores[i];
        const auto outcome = to_string(score.outcome);
        const auto said = remarks_on(from, i);
        const auto time = from.remarks[i].time_s;
        const auto points = score.outcome == item_outcome::pending ? std::string("–") : words.number(score.score);
        all.push_back(
            fields()
                .text("number", std::to_string(i + 1))
                .text("item_id", score.item_id)
                .text("outcome", outcome)
                .text("outcome_word", words.text("word." + std::string(outcome)))
                .text("points", words.say("item.points", {{"points", points}, {"max", words.number(score.max)}}))
                .text("time", time ? words.duration(*time) : "–")
                .all("remarks", texts(said))
                .take());
    }
    return all;
}

data pacing(const document& from) {
    const auto& found = from.result.sheet.pacing;
    if (!found) return data(false);
    return fields()
        .text("total", from.words.duration(found->total_s))
        .text("limit", found->limit_s ? from.words.duration(*found->limit_s) : std::string())
        .text("median", from.words.duration(found->median_item_s))
        .text("rapid", from.words.percent(100 * found->rapid_share))
        .put("time_chart", time_chart(from))
        .take();
}

void add_header(fields& page, const document& from) {
    const auto& result = from.result;
    page.text("title", from.title())
        .text("user_id", result.user_id)
        .text("submission_id", result.submission_id)
        .text("test_version", std::to_string(result.test_version))
        .text("attempt", result.attempt ? std::to_string(*result.attempt) : std::string())
        .text("scored_at", result.scored_at)
        .text("scored_shown", readable(result.scored_at))
        .text("engine", result.engine_version)
        .text("profile", result.profile)
        .text("definition_sha256", result.definition_sha256)
        .text("answers_sha256", result.answers_sha256)
        .text("headline", from.said.headline)
        .all("sentences", texts(from.said.sentences));
}

void add_notes(fields& page, const document& from) {
    list caveats, terms;
    for (const auto caveat : from.caveats) caveats.emplace_back(std::string(caveat));
    for (const auto& one : from.glossary)
        terms.push_back(fields().text("term", one.name).text("meaning", one.meaning).take());
    page.all("caveats", caveats).flag("has_terms", !terms.empty()).all("terms", terms);
}

} // namespace

std::string report_html(std::string_view result, const domain::test_definition& definition, std::string_view language) {
    const document from(result, definition, language);
    const auto& sheet = from.result.sheet;
    const auto strengths = findings(from, sheet.strengths, from.said.strengths);
    const auto weaknesses = findings(from, sheet.weaknesses, from.said.weaknesses);
    fields page;
    add_header(page, from);
    const bool provisional = sheet.pending > 0; // where a score would stand is not known
    page.put("score_chart", provisional ? data(false) : score_chart(from))
        .put("levels", levels(from))
        .put("skills", skills(from))
        .flag("has_findings", !sheet.skill_scores.empty() && !(strengths.empty() && weaknesses.empty()))
        .flag("has_strengths", !strengths.empty())
        .all("strengths", strengths)
        .all("weaknesses", weaknesses)
        .put("next", next_steps(from))
        .put("pacing", pacing(from))
        .put("item_map", item_map(from))
        .flag("timed", sheet.pacing.has_value())
        .all("items", items(from));
    add_notes(page, from);
    return fill_template("report", page.take(), from.words);
}

std::string absence_html(absence why, std::string_view language) {
    const auto& words = phrasebook_of(language);
    const bool waiting = why == absence::waiting;
    return fill_template("absence",
                         fields()
                             .text("title", words.text(waiting ? "notice.waiting" : "notice.failed"))
                             .text("text", words.text(waiting ? "notice.waiting_text" : "notice.failed_text"))
                             .flag("waiting", waiting)
                             .take(),
                         words);
}

} // namespace gradesvc::report
