#include "scoring/ability_measure.hpp"

#include "irt/normal.hpp"
#include "irt/sum_score.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gradesvc::scoring {

using domain::ability_estimator;

namespace {

constexpr double poor_fit = -2;                     // l_z below this
constexpr double most_theta = 20;                   // of the information that is told
constexpr std::size_t most_sum_steps = 500'000'000; // sums × sums × nodes

std::string_view name_of(ability_estimator estimator) {
    switch (estimator) {
    case ability_estimator::map: return "MAP";
    case ability_estimator::mle: return "MLE";
    case ability_estimator::wle: return "WLE";
    case ability_estimator::eap:
    case ability_estimator::none: break;
    }
    return "EAP";
}

// To the 12 digits that results have, so that a step of 0.3 reaches a level of 1.8.
double as_told(double number) {
    std::array<char, 32> text;
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::scientific, 11).ptr;
    std::from_chars(text.data(), end, number);
    return number;
}

using grid_values = std::array<double, domain::limits::quadrature_points>;

} // namespace

struct ability_measure::posterior_mass {
    grid_values at; // NOLINT: as many as the grid has nodes are set
};

ability_measure::ability_measure(const domain::test_definition& definition) : definition_(definition) {
    const auto& settings = definition.ability;
    if (settings.estimator == ability_estimator::none) return;
    std::vector<domain::irt_parameters> items;
    for (std::uint32_t i = 0; i < definition.items.size(); ++i) {
        const auto& irt = definition.items[i].irt;
        if (!irt) continue;
        const auto model = to_string(irt->model);
        model_ = items.empty() || model_ == model ? model : "mixed";
        items_.push_back(i);
        items.push_back(*irt);
    }
    if (items.empty()) return;
    bank_ = std::make_unique<irt::item_bank>(std::move(items), settings.d,
                                             irt::normal_quadrature(settings.quadrature_min, settings.quadrature_max,
                                                                    settings.quadrature_points, settings.prior_mean,
                                                                    settings.prior_sd),
                                             irt::normal_prior{settings.prior_mean, settings.prior_sd});
}

void ability_measure::measure(const item_responses& responses, profile how, score_sheet& sheet) const {
    sheet.ability.reset();
    sheet.level.reset();
    sheet.fit.reset();
    if (!bank_) return set_level(definition_.scale ? std::nullopt : sheet.percent, nullptr, sheet);

    std::array<irt::response, domain::limits::items> storage; // NOLINT: as many as there are items are set
    const auto given = std::span(storage).first(items_.size());
    for (std::size_t i = 0; i < items_.size(); ++i) given[i] = responses[items_[i]];
    const bool any = std::any_of(given.begin(), given.end(), [](auto response) { return response != irt::missing; });
    const auto nodes = bank_->grid().size();
    grid_values likelihood;   // NOLINT: the first `nodes` are set
    posterior_mass posterior; // NOLINT
    const auto log_likelihood = std::span(likelihood).first(nodes), mass = std::span(posterior.at).first(nodes);
    bank_->log_likelihood(given, log_likelihood);

    irt::estimate found;
    const auto estimator = definition_.ability.estimator;
    const bool needs_evidence = estimator == ability_estimator::mle || estimator == ability_estimator::wle;
    if (any && estimator == ability_estimator::mle) found = irt::mle(*bank_, given, log_likelihood);
    if (any && estimator == ability_estimator::wle) found = irt::wle(*bank_, given, log_likelihood);
    if (estimator == ability_estimator::map) found = irt::map(*bank_, given, log_likelihood);
    irt::posterior(*bank_, log_likelihood, mass);
    if (estimator == ability_estimator::eap) found = irt::eap(*bank_, mass);

    if (any || !needs_evidence) {
        auto& ability = sheet.ability.emplace();
        ability.model = model_;
        ability.estimator = name_of(estimator);
        ability.theta = found.theta;
        ability.se = found.se;
        ability.extreme = found.extreme;
        ability.percentile = 100 * irt::normal_cdf((found.theta - bank_->prior().mean) / bank_->prior().sd);
        set_scale(ability);
    }
    const auto score = !definition_.scale ? sheet.percent : sheet.ability ? sheet.ability->scaled : std::nullopt;
    set_level(score, &posterior, sheet);
    if (how == profile::full && any && !found.extreme)
        if (const auto lz = irt::person_fit(*bank_, given, found.theta)) sheet.fit = {*lz, *lz < poor_fit};
}

std::optional<test_properties> ability_measure::properties() const {
    if (!bank_) return std::nullopt;
    test_properties found;
    found.items = static_cast<int>(bank_->size());
    found.marginal_reliability = irt::marginal_reliability(*bank_);
    const auto& grid = bank_->grid();
    const double first = std::max(std::ceil(grid.nodes.front()), -most_theta);
    for (double theta = first; theta <= std::min(grid.nodes.back(), most_theta); theta += 1) {
        const double information = irt::test_information(*bank_, theta);
        found.information.push_back({theta, information, 1 / std::sqrt(information)});
    }
    std::size_t sums = 1;
    for (std::size_t i = 0; i < bank_->size(); ++i) sums += irt::categories(bank_->item(i)) - 1;
    if (sums * sums * grid.size() > most_sum_steps) return found;
    for (const auto& line : irt::sum_score_table(*bank_))
        found.sum_scores.push_back({line.probability, line.eap, line.sd});
    return found;
}

double ability_measure::on_scale(double theta) const {
    const auto& scale = *definition_.scale;
    double score = scale.slope * theta + scale.intercept;
    if (scale.step) score = as_told(std::floor(score / *scale.step + 0.5) * *scale.step);
    if (scale.min) score = std::max(score, *scale.min);
    if (scale.max) score = std::min(score, *scale.max);
    return score;
}

void ability_measure::set_scale(ability_estimate& ability) const {
    if (ability.se) ability.ci95 = {ability.theta - irt::z95 * *ability.se, ability.theta + irt::z95 * *ability.se};
    if (!definition_.scale) return;
    ability.scaled = on_scale(ability.theta);
    if (!ability.se) return;
    const double one = on_scale(ability.ci95->low), other = on_scale(ability.ci95->high);
    ability.scaled_se = std::abs(definition_.scale->slope) * *ability.se;
    ability.ci95 = {std::min(one, other), std::max(one, other)};
}

// Levels are on the reporting scale where there is one, else in percent.
void ability_measure::set_level(std::optional<double> score, const posterior_mass* mass, score_sheet& sheet) const {
    if (!score || sheet.pending > 0) return;
    const auto& levels = definition_.levels;
    const auto above = std::find_if(levels.begin(), levels.end(), [&](const auto& l) { return l.min > *score; });
    if (above == levels.begin()) return;
    const double min = std::prev(above)->min;
    auto& level = sheet.level.emplace();
    level = {static_cast<std::uint32_t>(above - levels.begin() - 1), min};
    if (!mass || !definition_.scale) return;
    const auto& scale = *definition_.scale;
    const double share = irt::mass_above(bank_->grid().nodes, mass->at.data(), (min - scale.intercept) / scale.slope);
    const bool certain = scale.min && min <= *scale.min; // nobody is below
    level.probability_above = certain ? 1 : scale.slope > 0 ? share : 1 - share;
}

} // namespace gradesvc::scoring
