#include "irt/ability.hpp"

#include "irt/elementary.hpp"
#include "irt/root.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace gradesvc::irt {

using domain::irt_model;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

struct derivatives {
    double score = 0;       // S
    double information = 0; // I
    double bias = 0;        // J
};

derivatives at(const item_bank& bank, std::span<const response> responses, double theta) {
    derivatives sum;
    std::array<category_curve, most_categories> storage;
    for (std::size_t i = 0; i < bank.size(); ++i) {
        if (responses[i] == missing) continue;
        const auto all = std::span(storage).first(categories(bank.item(i)));
        curves(bank.item(i), bank.d(), theta, all);
        sum.score += all[static_cast<std::size_t>(responses[i])].slope;
        for (const auto& curve : all) {
            sum.information += curve.p * curve.slope * curve.slope;
            sum.bias += curve.p * curve.slope * curve.bend;
        }
    }
    return sum;
}

double log_likelihood_at(const item_bank& bank, std::span<const response> responses, double theta) {
    double sum = 0;
    std::array<double, most_categories> storage;
    for (std::size_t i = 0; i < bank.size(); ++i) {
        if (responses[i] == missing) continue;
        const auto logs = std::span(storage).first(categories(bank.item(i)));
        log_probabilities(bank.item(i), bank.d(), theta, logs);
        sum += logs[static_cast<std::size_t>(responses[i])];
    }
    return sum;
}

double log_or_never(double p) { return p > 0 ? log(p) : -infinite; }

// log P of a category as theta goes to +infinity (`up`) or -infinity.
double log_limit(const domain::irt_parameters& item, double d, response category, bool up) {
    if (item.a == 0) { // the same everywhere
        std::array<double, most_categories> logs;
        log_probabilities(item, d, 0, std::span(logs).first(categories(item)));
        return logs[static_cast<std::size_t>(category)];
    }
    const bool top = up == (item.a > 0);
    if (item.model == irt_model::grm || item.model == irt_model::gpcm)
        return static_cast<std::size_t>(category) == (top ? item.b.size() : 0) ? 0 : -infinite;
    const double right = top ? item.d : item.c;
    return log_or_never(category == 1 ? right : 1 - right);
}

double log_likelihood_limit(const item_bank& bank, std::span<const response> responses, bool up) {
    double sum = 0;
    for (std::size_t i = 0; i < bank.size(); ++i)
        if (responses[i] != missing) sum += log_limit(bank.item(i), bank.d(), responses[i], up);
    return sum;
}

double best_node(const item_bank& bank, std::span<const double> log_likelihood, bool with_prior) {
    const auto& grid = bank.grid();
    std::size_t best = 0;
    double largest = -infinite;
    for (std::size_t q = 0; q < grid.size(); ++q) {
        const double value = log_likelihood[q] + (with_prior ? grid.log_weights[q] : 0);
        if (value > largest) {
            largest = value;
            best = q;
        }
    }
    return grid.nodes[best];
}

estimate finite(double theta, double information) {
    estimate found{theta};
    if (information > 0) found.se = 1 / std::sqrt(information);
    return found;
}

} // namespace

void posterior(const item_bank& bank, std::span<double> log_likelihood, std::span<double> mass) {
    const auto& prior = bank.grid().log_weights;
    double largest = -infinite;
    for (std::size_t q = 0; q < mass.size(); ++q) {
        log_likelihood[q] += prior[q];
        largest = std::max(largest, log_likelihood[q]);
    }
    for (std::size_t q = 0; q < mass.size(); ++q) mass[q] = exp(log_likelihood[q] - largest);
    double sum = 0;
    for (const double m : mass) sum += m;
    for (double& m : mass) m /= sum;
}

estimate eap(const item_bank& bank, std::span<const double> mass) {
    const auto& nodes = bank.grid().nodes;
    double mean = 0, variance = 0;
    for (std::size_t q = 0; q < mass.size(); ++q) mean += mass[q] * nodes[q];
    for (std::size_t q = 0; q < mass.size(); ++q) variance += mass[q] * (nodes[q] - mean) * (nodes[q] - mean);
    return {mean, std::sqrt(variance)};
}

estimate mle(const item_bank& bank, std::span<const response> responses, std::span<const double> log_likelihood) {
    const auto score = [&](double theta) { return at(bank, responses, theta).score; };
    const auto root = falling_root(score, best_node(bank, log_likelihood, false), bank.grid());
    const double low = log_likelihood_limit(bank, responses, false), high = log_likelihood_limit(bank, responses, true);
    const double found = root ? log_likelihood_at(bank, responses, *root) : -infinite;
    if (root && found > low && found > high) return finite(*root, at(bank, responses, *root).information);
    return {high > low ? bank.grid().nodes.back() : bank.grid().nodes.front(), {}, true};
}

estimate map(const item_bank& bank, std::span<const response> responses, std::span<const double> log_likelihood) {
    const auto& prior = bank.prior();
    const double precision = 1 / (prior.sd * prior.sd);
    const auto slope = [&](double theta) {
        return at(bank, responses, theta).score - (theta - prior.mean) * precision;
    };
    const auto root = falling_root(slope, best_node(bank, log_likelihood, true), bank.grid());
    const double theta = root.value_or(prior.mean);
    return finite(theta, at(bank, responses, theta).information + precision);
}

estimate wle(const item_bank& bank, std::span<const response> responses, std::span<const double> log_likelihood) {
    const auto& nodes = bank.grid().nodes;
    const double centre = (nodes.front() + nodes.back()) / 2;
    const auto weighted = [&](double theta) {
        const auto [score, information, bias] = at(bank, responses, theta);
        if (information > 0) return score + bias / (2 * information);
        return theta < centre ? 1.0 : -1.0; // nothing is known so far out
    };
    const auto root = falling_root(weighted, best_node(bank, log_likelihood, false), bank.grid());
    if (!root) return {log_likelihood.back() > log_likelihood.front() ? nodes.back() : nodes.front(), {}, true};
    return finite(*root, at(bank, responses, *root).information);
}

double test_information(const item_bank& bank, double theta) {
    double sum = 0;
    for (std::size_t i = 0; i < bank.size(); ++i) sum += information(bank.item(i), bank.d(), theta);
    return sum;
}

double marginal_reliability(const item_bank& bank) {
    const auto& grid = bank.grid();
    double mean = 0;
    for (std::size_t q = 0; q < grid.size(); ++q) {
        const double information = test_information(bank, grid.nodes[q]);
        mean += grid.weights[q] * information / (information + 1 / (bank.prior().sd * bank.prior().sd));
    }
    return mean;
}

std::optional<double> person_fit(const item_bank& bank, std::span<const response> responses, double theta) {
    double observed = 0, expected = 0, variance = 0;
    std::array<double, most_categories> storage;
    for (std::size_t i = 0; i < bank.size(); ++i) {
        if (responses[i] == missing) continue;
        const auto logs = std::span(storage).first(categories(bank.item(i)));
        log_probabilities(bank.item(i), bank.d(), theta, logs);
        observed += logs[static_cast<std::size_t>(responses[i])];
        double mean = 0, square = 0;
        for (const double l : logs) {
            const double p = exp(l);
            if (p == 0) continue;
            mean += p * l;
            square += p * l * l;
        }
        expected += mean;
        variance += std::max(0.0, square - mean * mean);
    }
    if (!(variance > 0)) return std::nullopt;
    return (observed - expected) / std::sqrt(variance);
}

} // namespace gradesvc::irt
