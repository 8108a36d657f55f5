#include "gradesvc/calibration/calibrate.hpp"

#include "calibration/estimation.hpp"
#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace gradesvc::calibration {

std::string_view to_string(item_state state) {
    static constexpr std::array<std::string_view, 6> words = {"estimated",      "no_answers",         "no_variation",
                                                              "empty_category", "no_finite_estimate", "out_of_range"};
    return words.at(static_cast<std::size_t>(state));
}

std::string_view to_string(se_method method) {
    static constexpr std::array<std::string_view, 3> words = {"none", "observed", "cross_product"};
    return words.at(static_cast<std::size_t>(method));
}

namespace {

item_state state_of(const std::vector<std::size_t>& counts) {
    const auto categories = std::span(counts).first(counts.size() - 1);
    const auto used = std::count_if(categories.begin(), categories.end(), [](auto n) { return n > 0; });
    return used == 0                                            ? item_state::no_answers
           : used == 1                                          ? item_state::no_variation
           : static_cast<std::size_t>(used) < categories.size() ? item_state::empty_category
                                                                : item_state::estimated;
}

// The variance of −δ/α, to first order.
double threshold_variance(double slope, double b, double vv, double cv, double cc) {
    return (cc + 2 * b * cv + b * b * vv) / (slope * slope);
}

// From slope and intercepts to a, b, c, and their standard errors.
class translation {
public:
    translation(const settings& how, const problem& p, const estimation& found) : how_(how), p_(p), found_(found) {}

    void write(std::size_t j, item_estimate& out) const {
        const auto own = p_.map.of(found_.x, j);
        const auto steps = p_.set.items[j].steps;
        out.parameters.model = how_.model;
        out.parameters.a = own[0] / how_.d;
        for (std::size_t k = 1; k <= steps; ++k) {
            out.intercepts.push_back(own[k]);
            out.parameters.b.push_back(own[k] == 0 ? 0 : -own[k] / own[0]);
        }
        if (how_.model == domain::irt_model::three_pl) out.parameters.c = 1 / (1 + irt::exp(-own[steps + 1]));
        out.state = is_legal(out.parameters) ? item_state::estimated : item_state::out_of_range;
        if (found_.se != se_method::none) write_errors(j, own, out);
    }

private:
    // Whether a definition may have them: what codec/definition_ability.cpp checks.
    static bool is_legal(const domain::irt_parameters& irt) {
        namespace limits = domain::limits;
        const auto within = [](double number) { return std::fabs(number) <= limits::parameter; };
        if (!within(irt.a) || !std::all_of(irt.b.begin(), irt.b.end(), within)) return false;
        if (irt.c > irt.d - limits::least_asymptote_gap) return false;
        if (irt.model != domain::irt_model::grm) return true;
        const auto too_near = [](double b, double next) { return next < b + limits::least_threshold_gap; };
        return irt.a >= limits::least_graded_a &&
               std::adjacent_find(irt.b.begin(), irt.b.end(), too_near) == irt.b.end();
    }

    void write_errors(std::size_t j, const item_vector& own, item_estimate& out) const {
        const auto steps = p_.set.items[j].steps;
        const auto covariance = [&](std::size_t u, std::size_t v) {
            return found_.covariance[p_.map.index(j, u)][p_.map.index(j, v)];
        };
        out.a_se = std::sqrt(covariance(0, 0)) / how_.d;
        for (std::size_t k = 1; k <= steps; ++k) {
            out.intercept_se.push_back(std::sqrt(covariance(k, k)));
            out.b_se.push_back(
                std::sqrt(std::max(0.0, threshold_variance(own[0], out.parameters.b[k - 1], covariance(0, 0),
                                                           covariance(0, k), covariance(k, k)))));
        }
        if (how_.model == domain::irt_model::three_pl) {
            const double c = out.parameters.c;
            out.c_se = c * (1 - c) * std::sqrt(covariance(steps + 1, steps + 1));
        }
    }

    const settings& how_;
    const problem& p_;
    const estimation& found_;
};

} // namespace

calibration_result calibrate(const responses& data, const settings& how) {
    calibration_result result;
    for (const auto& counts : count_states(data)) result.items.push_back({state_of(counts)});
    const auto grid = irt::normal_quadrature(how.theta_min, how.theta_max, how.points, 0, 1);
    while (true) { // once more whenever an item turns out to have no finite estimate
        std::vector<std::size_t> usable;
        for (std::size_t j = 0; j < data.steps.size(); ++j)
            if (result.items[j].state == item_state::estimated) usable.push_back(j);
        if (usable.empty()) return result;
        const auto set = make_patterns(data, usable);
        const parameter_map map(how.model, set);
        const problem p{set, map, grid};
        const auto found = estimate(p, how);
        for (const auto j : found.endless) result.items[usable[j]].state = item_state::no_finite_estimate;
        if (!found.endless.empty()) continue;
        const translation translate(how, p, found);
        for (std::size_t j = 0; j < usable.size(); ++j) translate.write(j, result.items[usable[j]]);
        result.persons = set.persons;
        result.patterns = set.size();
        result.parameters = map.size();
        result.log_likelihood = found.log_likelihood;
        result.iterations = found.iterations;
        result.converged = found.converged;
        result.max_gradient = found.max_gradient;
        result.se = found.se;
        return result;
    }
}

} // namespace gradesvc::calibration
