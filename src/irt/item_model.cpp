#include "irt/item_model.hpp"

#include "irt/elementary.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace gradesvc::irt {

using domain::irt_model;
using domain::irt_parameters;

namespace {

constexpr double never = -std::numeric_limits<double>::infinity();

double psi(double z) {
    const double e = exp(-(z < 0 ? -z : z));
    return z < 0 ? e / (1 + e) : 1 / (1 + e);
}

double log_psi(double z) { return (z < 0 ? z : 0) - log(1 + exp(-(z < 0 ? -z : z))); }

void log_dichotomous(const irt_parameters& item, double z, std::span<double> out) {
    const double c = item.c, u = item.d;
    out[1] = c == 0 ? log_psi(z) + log(u) : log(c + (u - c) * psi(z));
    out[0] = u == 1 ? log_psi(-z) + log(1 - c) : log((1 - u) + (u - c) * psi(-z));
}

// Ψ(x) − Ψ(y) = Ψ(x) Ψ(−y) (1 − e^(y−x)) does not cancel.
void log_graded(const irt_parameters& item, double d, double theta, std::span<double> out) {
    const double a = d * item.a;
    const auto m = item.b.size();
    out[0] = log_psi(-a * (theta - item.b[0]));
    out[m] = log_psi(a * (theta - item.b[m - 1]));
    for (std::size_t k = 1; k < m; ++k) {
        const double step = a * (item.b[k] - item.b[k - 1]);
        out[k] = step > 0
                     ? log_psi(a * (theta - item.b[k - 1])) + log_psi(-a * (theta - item.b[k])) + log(1 - exp(-step))
                     : never;
    }
}

void log_partial_credit(const irt_parameters& item, double d, double theta, std::span<double> out) {
    double largest = 0, sum = 0;
    out[0] = 0;
    for (std::size_t k = 1; k < out.size(); ++k) {
        out[k] = out[k - 1] + d * item.a * (theta - item.b[k - 1]);
        largest = std::max(largest, out[k]);
    }
    for (const double z : out) sum += exp(z - largest);
    const double whole = largest + log(sum);
    for (double& z : out) z -= whole;
}

void graded_curves(const irt_parameters& item, double d, double theta, std::span<category_curve> out) {
    const double a = d * item.a;
    std::array<double, most_categories> logs;
    log_graded(item, d, theta, logs);
    // of P(X >= k): a P (1 − P) and a² P (1 − P) (1 − 2P)
    category_curve above{1, 0, 0};
    for (std::size_t k = 0; k < out.size(); ++k) {
        category_curve next{};
        if (k < item.b.size()) {
            const double z = a * (theta - item.b[k]);
            const double p = psi(z), q = psi(-z);
            next = {p, a * p * q, a * a * p * q * (q - p)};
        }
        out[k] = {exp(logs[k]), above.dp - next.dp, above.d2p - next.d2p};
        above = next;
    }
}

// P′ = Da P (k − E), P″ = (Da)² P ((k − E)² − V): E and V of the category.
void partial_credit_curves(const irt_parameters& item, double d, double theta, std::span<category_curve> out) {
    const double a = d * item.a;
    std::array<double, most_categories> logs;
    log_partial_credit(item, d, theta, std::span(logs).first(out.size()));
    double mean = 0, square = 0;
    for (std::size_t k = 0; k < out.size(); ++k) {
        const auto category = static_cast<double>(k);
        out[k].p = exp(logs[k]);
        mean += category * out[k].p;
        square += category * category * out[k].p;
    }
    const double variance = square - mean * mean;
    for (std::size_t k = 0; k < out.size(); ++k) {
        const double off = static_cast<double>(k) - mean;
        out[k].dp = a * out[k].p * off;
        out[k].d2p = a * a * out[k].p * (off * off - variance);
    }
}

} // namespace

void log_probabilities(const irt_parameters& item, double d, double theta, std::span<double> out) {
    switch (item.model) {
    case irt_model::grm: return log_graded(item, d, theta, out);
    case irt_model::gpcm: return log_partial_credit(item, d, theta, out);
    case irt_model::one_pl:
    case irt_model::two_pl:
    case irt_model::three_pl:
    case irt_model::four_pl: return log_dichotomous(item, d * item.a * (theta - item.b[0]), out);
    }
}

void curves(const irt_parameters& item, double d, double theta, std::span<category_curve> out) {
    if (item.model == irt_model::grm) return graded_curves(item, d, theta, out);
    if (item.model == irt_model::gpcm) return partial_credit_curves(item, d, theta, out);
    const double a = d * item.a, z = a * (theta - item.b[0]);
    const double p = psi(z), q = psi(-z), range = item.d - item.c;
    const double slope = range * a * p * q, bend = slope * a * (q - p);
    out[1] = {item.c + range * p, slope, bend};
    out[0] = {(1 - item.d) + range * q, -slope, -bend};
}

double information(const irt_parameters& item, double d, double theta) {
    std::array<category_curve, most_categories> storage;
    const auto all = std::span(storage).first(categories(item));
    curves(item, d, theta, all);
    double sum = 0;
    for (const auto& [p, dp, d2p] : all)
        if (p > 0) sum += dp * dp / p;
    return sum;
}

} // namespace gradesvc::irt
