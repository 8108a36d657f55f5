#include "scoring/skill_measure.hpp"

#include "gradesvc/scoring/study_items.hpp"
#include "irt/normal.hpp"
#include "irt/proportion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradesvc::scoring {

namespace limits = domain::limits;

namespace {

constexpr int least_items = 4;            // fewer are insufficient evidence
constexpr double widest_posterior = 0.75; // standard deviations of the prior; beyond is insufficient evidence
constexpr double mastered = 0.8;          // probability of mastery of a strong skill; also the share that is mastery
constexpr double not_mastered = 0.2;      // probability of mastery of a weak skill
constexpr double false_alarms = 0.05;     // of all skills together
constexpr double unequal_skills = 0.3;    // standard deviation of how hard uncalibrated skills are, as a share
constexpr std::size_t most_items_told = 10;
constexpr std::size_t most_recommendations = 3;

skill_band band_of(double mastery, bool sufficient) {
    if (!sufficient) return skill_band::insufficient_evidence;
    return mastery >= mastered       ? skill_band::strong
           : mastery <= not_mastered ? skill_band::weak
                                     : skill_band::developing;
}

// The largest grid for so many skills, at most the usual 21 points each.
int usual_points(std::size_t skills) {
    const auto nodes = [skills](std::size_t points) {
        std::size_t product = 1;
        for (std::size_t k = 0; k < skills; ++k) product *= points;
        return product;
    };
    std::size_t points = 21;
    while (nodes(points) > limits::skill_nodes) points -= 2;
    return static_cast<int>(points);
}

std::vector<std::vector<double>> identity(std::size_t size) {
    std::vector<std::vector<double>> m(size, std::vector<double>(size, 0.0));
    for (std::size_t i = 0; i < size; ++i) m[i][i] = 1;
    return m;
}

} // namespace

// How each skill differs from the mean of the others, and the standard deviation of that; sd 0 where unknown.
struct skill_measure::standing {
    std::array<double, limits::skills> diff{};
    std::array<double, limits::skills> sd{};
};

skill_measure::skill_measure(const domain::test_definition& definition, const compiled_test& test)
    : definition_(definition), test_(test) {
    const auto count = definition.skills.size();
    if (count == 0) return;
    certain_ = irt::normal_quantile(1 - false_alarms / static_cast<double>(count));
    if (count <= limits::modelled_skills) build_posterior();
}

void skill_measure::build_posterior() {
    std::vector<irt::skill_item> items;
    for (std::uint32_t i = 0; i < definition_.items.size(); ++i) {
        const auto& item = definition_.items[i];
        if (!item.irt || item.skills.empty()) continue;
        auto& modelled = items.emplace_back(irt::skill_item{*item.irt, {}});
        for (const auto& share : item.skills)
            modelled.weights.emplace_back(share.skill, domain::to_double(domain::parse_exact(share.weight).value()));
        items_.push_back(i);
    }
    if (items.empty()) return;
    const auto& ability = definition_.ability;
    const auto& model = definition_.skill_model;
    std::vector<double> cuts;
    for (const auto& skill : definition_.skills) cuts.push_back(skill.mastery_cut);
    posterior_ = std::make_unique<irt::skill_posterior>(
        model ? model->correlation : identity(cuts.size()), items, ability.d, ability.quadrature_min,
        ability.quadrature_max, model ? model->points : usual_points(cuts.size()),
        irt::normal_prior{ability.prior_mean, ability.prior_sd}, std::move(cuts));
}

void skill_measure::measure(const item_responses& responses, const skill_shares& shares, score_sheet& sheet) const {
    sheet.strengths.clear();
    sheet.weaknesses.clear();
    sheet.recommendations.clear();
    if (sheet.skill_scores.empty()) return;
    for (auto& skill : sheet.skill_scores) {
        if (!skill.percent) continue;
        const auto [low, high] = irt::wilson_interval(*skill.percent / 100, skill.items, irt::z95);
        skill.percent_ci95 = {100 * low, 100 * high};
    }
    standing found;
    if (posterior_)
        by_model(responses, sheet, found);
    else
        by_share(shares, sheet, found);
    set_findings(found, sheet);
    set_recommendations(sheet);
}

void skill_measure::by_model(const item_responses& responses, score_sheet& sheet, standing& found) const {
    thread_local std::vector<double> workspace;
    std::array<irt::response, limits::items> given; // NOLINT: as many as there are items are set
    std::array<int, limits::skills> evidence{};
    for (std::size_t i = 0; i < items_.size(); ++i) {
        given[i] = responses[items_[i]];
        if (given[i] == irt::missing) continue;
        for (const auto& share : definition_.items[items_[i]].skills) ++evidence[share.skill];
    }
    const auto estimates = (*posterior_)(std::span(given).first(items_.size()), workspace);
    const auto count = posterior_->skills();
    const double others = static_cast<double>(count) - 1;
    for (std::size_t k = 0; k < count; ++k) {
        auto& skill = sheet.skill_scores[k];
        skill.theta = estimates.mean[k];
        skill.se = std::sqrt(estimates.covariance[k][k]);
        skill.mastery = estimates.above_cut[k];
        skill.band = band_of(*skill.mastery,
                             evidence[k] >= least_items && *skill.se <= widest_posterior * posterior_->prior().sd);
        if (count == 1) continue;
        double mean = 0, variance = estimates.covariance[k][k];
        for (std::size_t i = 0; i < count; ++i) {
            if (i == k) continue;
            mean += estimates.mean[i] / others;
            variance -= 2 * estimates.covariance[k][i] / others;
            for (std::size_t j = 0; j < count; ++j)
                if (j != k) variance += estimates.covariance[i][j] / (others * others);
        }
        found.diff[k] = *skill.theta - mean;
        found.sd[k] = std::sqrt(std::max(variance, 0.0));
    }
}

void skill_measure::by_share(const skill_shares& shares, score_sheet& sheet, standing& found) const {
    double all_earned = 0, all_items = 0;
    for (std::size_t k = 0; k < sheet.skill_scores.size(); ++k) {
        all_earned += shares[k] * sheet.skill_scores[k].items;
        all_items += sheet.skill_scores[k].items;
    }
    for (std::size_t k = 0; k < sheet.skill_scores.size(); ++k) {
        auto& skill = sheet.skill_scores[k];
        const double earned = shares[k] * skill.items;
        const irt::beta_posterior own(earned, skill.items);
        if (skill.percent) skill.mastery = own.probability_above(mastered);
        skill.band = band_of(skill.mastery.value_or(0), skill.percent && skill.items >= least_items);
        if (all_items - skill.items < least_items) continue;
        const irt::beta_posterior rest(all_earned - earned, all_items - skill.items);
        found.diff[k] = own.mean() - rest.mean();
        found.sd[k] = std::sqrt(own.variance() + rest.variance() + unequal_skills * unequal_skills);
    }
}

void skill_measure::set_findings(const standing& found, score_sheet& sheet) const {
    for (std::uint32_t k = 0; k < sheet.skill_scores.size(); ++k) {
        if (sheet.skill_scores[k].band == skill_band::insufficient_evidence || found.sd[k] == 0) continue;
        if (std::abs(found.diff[k]) > certain_ * found.sd[k]) add_finding(k, found.diff[k], found.sd[k], sheet);
    }
}

// A weakness is not a skill that is mastered, a strength not one that is lacking.
void skill_measure::add_finding(std::uint32_t skill, double diff, double sd, score_sheet& sheet) const {
    const bool weakness = diff < 0;
    if (sheet.skill_scores[skill].band == (weakness ? skill_band::strong : skill_band::weak)) return;
    auto& one = (weakness ? sheet.weaknesses : sheet.strengths).emplace_back();
    one.skill = skill;
    one.diff = diff;
    const double furthest = posterior_ ? std::numeric_limits<double>::infinity() : 1; // of shares
    one.ci90 = {std::max(diff - irt::z90 * sd, -furthest), std::min(diff + irt::z90 * sd, furthest)};
    for (const auto& share : test_.skills[skill].shares) {
        const auto outcome = sheet.item_scores[share.item].outcome;
        const bool telling =
            weakness ? lost_points(outcome, definition_.blank_policy) : outcome == item_outcome::correct;
        if (one.items.size() < most_items_told && telling) one.items.push_back(share.item);
    }
}

void skill_measure::set_recommendations(score_sheet& sheet) const {
    for (std::uint32_t k = 0; k < sheet.skill_scores.size(); ++k) {
        const auto& skill = sheet.skill_scores[k];
        if (skill.band != skill_band::weak && skill.band != skill_band::developing) continue;
        auto& next = sheet.recommendations.emplace_back();
        next.skill = k;
        next.gain = definition_.skills[k].weight * (1 - *skill.mastery);
        for (const auto needed : definition_.skills[k].prerequisites)
            next.gain *= sheet.skill_scores[needed].mastery.value_or(1);
    }
    auto& all = sheet.recommendations;
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.gain > b.gain; });
    if (all.size() > most_recommendations) all.resize(most_recommendations);
    for (auto& next : all) next.items = items_to_study(definition_, sheet, next.skill);
}

} // namespace gradesvc::scoring
