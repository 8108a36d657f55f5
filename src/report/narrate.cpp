#include "gradesvc/report/narrate.hpp"

#include "gradesvc/report/language.hpp"
#include "report/phrasebook.hpp"

#include <algorithm>
#include <array>

namespace gradesvc::report {

namespace {

using scoring::score_sheet;
using scoring::skill_band;

constexpr double mastered = 0.8;      // the probability from which a prerequisite counts as had
constexpr double rapid_worth = 0.1;   // share of rapid answers that is worth a sentence
constexpr std::size_t most_items = 3; // named in a recommendation

bool had_already(const scoring::skill_score& skill) {
    return skill.mastery ? *skill.mastery >= mastered : skill.band == skill_band::strong;
}

class narrator {
public:
    narrator(const score_sheet& sheet, const domain::test_definition& definition, std::string_view locale)
        : sheet_(sheet),
          definition_(definition),
          locale_(locale),
          words_(phrasebook_of(choose_language(locale, definition.locale))) {}

    domain::narrative narrate() {
        domain::narrative said;
        said.headline = headline();
        add_score(said.sentences);
        add_level(said.sentences);
        add_skills(said.sentences);
        add_pacing(said.sentences);
        if (sheet_.fit && sheet_.fit->flagged) said.sentences.emplace_back(words_.text("fit.flagged"));
        if (sheet_.pending > 0) said.sentences.push_back(words_.say("pending", sheet_.pending, {}));
        for (const auto& one : sheet_.strengths) said.strengths.push_back(reason(one, "strength"));
        for (const auto& one : sheet_.weaknesses) said.weaknesses.push_back(reason(one, "weakness"));
        for (const auto& one : sheet_.recommendations) said.recommendations.push_back(why(one));
        return said;
    }

private:
    std::string quoted(const domain::localized_text& text) const {
        return words_.say("quoted", {{"text", shortened(text.in(locale_))}});
    }
    std::string level() const { return quoted(definition_.levels[sheet_.level->level].label); }
    std::string label(std::size_t skill) const { return quoted(definition_.skills[skill].label); }
    std::string raw() const { return words_.number(sheet_.raw); }

    std::string percent() const {
        const double share = sheet_.max > 0 ? 100 * sheet_.raw / sheet_.max : 0;
        return words_.percent(sheet_.percent.value_or(share));
    }

    // Whether the headline is about a score on the reporting scale, not about points.
    bool scored() const {
        return sheet_.pending == 0 && sheet_.ability && sheet_.ability->scaled && sheet_.ability->ci95;
    }

    std::string headline() const {
        if (sheet_.pending > 0)
            return words_.say("headline.pending", sheet_.pending,
                              {{"points", raw()}, {"max", words_.number(sheet_.max)}});
        if (scored()) {
            const auto score = words_.number(*sheet_.ability->scaled);
            const auto range = words_.range(sheet_.ability->ci95->low, sheet_.ability->ci95->high);
            if (sheet_.level)
                return words_.say("headline.level_score", {{"level", level()}, {"score", score}, {"range", range}});
            return words_.say("headline.score", {{"score", score}, {"range", range}});
        }
        if (sheet_.level)
            return words_.say("headline.level_points",
                              {{"level", level()}, {"points", raw()}, {"max", words_.number(sheet_.max)}});
        return words_.say("headline.points", sheet_.max, {{"points", raw()}, {"percent", percent()}});
    }

    void add_score(std::vector<std::string>& out) const {
        if (scored()) out.push_back(words_.say("score.points", sheet_.max, {{"points", raw()}}));
        out.push_back(words_.say("score.answered", sheet_.items, {{"answered", words_.number(sheet_.answered)}}));
        if (!sheet_.ability) return;
        const auto& ability = *sheet_.ability;
        const bool scaled = ability.scaled.has_value();
        if (!scaled)
            out.push_back(words_.say("score.theta", {{"theta", words_.number(ability.theta)},
                                                     {"mean", words_.number(definition_.ability.prior_mean)}}));
        if (ability.extreme) out.emplace_back(words_.text("score.extreme"));
        if (ability.ci95)
            out.push_back(
                words_.say(scaled ? "score.range" : "score.theta_range",
                           {{"low", words_.number(ability.ci95->low)}, {"high", words_.number(ability.ci95->high)}}));
        if (ability.percentile && !ability.extreme)
            out.push_back(words_.say("score.percentile", {{"percent", words_.probability(*ability.percentile / 100)}}));
    }

    void add_level(std::vector<std::string>& out) const {
        if (sheet_.level && sheet_.level->probability_above)
            out.push_back(
                words_.say("level.probability",
                           {{"level", level()}, {"percent", words_.probability(*sheet_.level->probability_above)}}));
    }

    void add_skills(std::vector<std::string>& out) const {
        struct group {
            skill_band band;
            std::string_view key;
        };
        static constexpr std::array<group, 4> groups{{
            {skill_band::strong, "skills.strong"},
            {skill_band::developing, "skills.developing"},
            {skill_band::weak, "skills.weak"},
            {skill_band::insufficient_evidence, "skills.insufficient_evidence"},
        }};
        std::size_t judged = 0;
        for (const auto& [band, key] : groups) {
            std::vector<std::string> labels;
            for (std::size_t i = 0; i < sheet_.skill_scores.size(); ++i)
                if (sheet_.skill_scores[i].band == band) labels.push_back(label(i));
            if (band != skill_band::insufficient_evidence) judged += labels.size();
            if (!labels.empty()) out.push_back(words_.say(key, {{"skills", words_.list(labels)}}));
        }
        if (judged > 1 && sheet_.strengths.empty() && sheet_.weaknesses.empty())
            out.emplace_back(words_.text("skills.even"));
    }

    void add_pacing(std::vector<std::string>& out) const {
        if (sheet_.pacing) {
            const auto& pacing = *sheet_.pacing;
            const auto time = words_.duration(pacing.total_s), median = words_.duration(pacing.median_item_s);
            if (pacing.limit_s)
                out.push_back(
                    words_.say("pacing.time_limit",
                               {{"time", time}, {"limit", words_.duration(*pacing.limit_s)}, {"median", median}}));
            else
                out.push_back(words_.say("pacing.time", {{"time", time}, {"median", median}}));
            if (pacing.rapid_share >= rapid_worth)
                out.push_back(words_.say("pacing.rapid", {{"percent", words_.percent(100 * pacing.rapid_share)}}));
        }
        const auto not_reached =
            std::count_if(sheet_.item_scores.begin(), sheet_.item_scores.end(),
                          [](const auto& item) { return item.outcome == scoring::item_outcome::not_reached; });
        if (not_reached > 0) out.push_back(words_.say("pacing.not_reached", static_cast<double>(not_reached), {}));
    }

    std::string points_in(std::size_t skill) const {
        const auto& score = sheet_.skill_scores[skill];
        return words_.say("reason.points", score.max,
                          {{"skill", label(skill)}, {"points", words_.number(score.points)}});
    }

    // `kind` is strength or weakness. How far from the others is told without a sign: which way, the words say.
    std::string reason(const scoring::finding& one, std::string_view kind) const {
        const bool latent = sheet_.skill_scores[one.skill].theta.has_value();
        const double unit = (kind == "weakness" ? -1 : 1) * (latent ? 1 : 100);
        const int decimals = latent ? 2 : 0;
        const double low = std::min(unit * one.ci90.low, unit * one.ci90.high);
        const double high = std::max(unit * one.ci90.low, unit * one.ci90.high);
        const auto key = std::string(kind) + (latent ? ".theta" : ".share");
        return points_in(one.skill) + " " +
               words_.say(key, {{"diff", words_.number(unit * one.diff, decimals)},
                                {"range", words_.range(low, high, decimals)}});
    }

    std::string why(const scoring::recommendation& one) const {
        const auto& score = sheet_.skill_scores[one.skill];
        std::string text = points_in(one.skill);
        if (score.mastery) text += " " + words_.say("why.mastery", {{"percent", words_.probability(*score.mastery)}});
        std::vector<std::string> had, missing;
        for (const auto skill : definition_.skills[one.skill].prerequisites)
            (had_already(sheet_.skill_scores[skill]) ? had : missing).push_back(label(skill));
        if (!missing.empty())
            text += " " + words_.say("why.prerequisites", {{"skills", words_.list(missing)}});
        else if (!had.empty())
            text += " " + words_.say("why.ready", {{"skills", words_.list(had)}});
        if (!one.items.empty()) {
            std::vector<std::string> items;
            for (std::size_t i = 0; i < std::min(one.items.size(), most_items); ++i)
                items.emplace_back(sheet_.item_scores[one.items[i]].item_id);
            text += " " + words_.say("why.items", static_cast<double>(items.size()), {{"items", words_.list(items)}});
        }
        return text;
    }

    const score_sheet& sheet_;
    const domain::test_definition& definition_;
    std::string_view locale_;
    const phrasebook& words_;
};

} // namespace

domain::narrative narrate(const score_sheet& sheet, const domain::test_definition& definition,
                          std::string_view locale) {
    return narrator(sheet, definition, locale).narrate();
}

} // namespace gradesvc::report
