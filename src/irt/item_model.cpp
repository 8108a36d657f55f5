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

double log_dichotomous(const irt_parameters& item, double z, bool right) {
    const double c = item.c, u = item.d;
    if (right) return c == 0 ? log_psi(z) + log(u) : log(c + (u - c) * psi(z));
    return u == 1 ? log_psi(-z) + log(1 - c) : log((1 - u) + (u - c) * psi(-z));
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

// With x = P(X >= k) and y = P(X >= k + 1): P = x − y, P′/P = a (1 − x − y), P″/P = a² (1 − 3(x + y) + 2(x² + xy + y²)).
void graded_curves(const irt_parameters& item, double d, double theta, std::span<category_curve> out) {
    const double a = d * item.a;
    std::array<double, most_categories> logs;
    log_graded(item, d, theta, logs);
    double x = 1;
    for (std::size_t k = 0; k < out.size(); ++k) {
        const double y = k < item.b.size() ? psi(a * (theta - item.b[k])) : 0;
        out[k] = {exp(logs[k]), a * (1 - x - y), a * a * (1 - 3 * (x + y) + 2 * (x * x + x * y + y * y))};
        x = y;
    }
}

// With mean E and variance V of the category: P′/P = a (k − E), P″/P = a² ((k − E)² − V).
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
        out[k].slope = a * off;
        out[k].bend = a * a * (off * off - variance);
    }
}

// With p = Ψ(z), q = 1 − p: P′ = (u − c) a p q, P″ = P′ a (q − p), divided by P and by 1 − P.
void dichotomous_curves(const irt_parameters& item, double d, double theta, std::span<category_curve> out) {
    const double a = d * item.a, z = a * (theta - item.b[0]);
    const double p = psi(z), q = psi(-z), range = item.d - item.c;
    const double right = item.c + range * p, wrong = (1 - item.d) + range * q;
    const double up = item.c == 0 ? a * q : a * q * (range * p / right);
    const double down = item.d == 1 ? a * p : a * p * (range * q / wrong);
    out[1] = {right, up, up * a * (q - p)};
    out[0] = {wrong, -down, -down * a * (q - p)};
}

} // namespace

void log_probabilities(const irt_parameters& item, double d, double theta, std::span<double> out) {
    switch (item.model) {
    case irt_model::grm: return log_graded(item, d, theta, out);
    case irt_model::gpcm: return log_partial_credit(item, d, theta, out);
    case irt_model::one_pl:
    case irt_model::two_pl:
    case irt_model::three_pl:
    case irt_model::four_pl: break;
    }
    const double z = d * item.a * (theta - item.b[0]);
    out[0] = log_dichotomous(item, z, false);
    out[1] = log_dichotomous(item, z, true);
}

// log Ψ(z) = min(z, 0) − log(1 + e^−|z|): the second part goes into the factor.
void add_response(const irt_parameters& item, double d, std::span<const double> thetas, std::size_t category,
                  likelihood_rows rows) {
    constexpr double lowest = -1e6; // instead of -infinity
    const auto points = thetas.size();
    const bool logistic = item.model == irt_model::one_pl || item.model == irt_model::two_pl;
    if (!logistic) {
        for (std::size_t q = 0; q < points; ++q)
            rows.sum[q] += std::max(log_probability(item, d, thetas[q], category), lowest);
        return;
    }
    const double slope = category == 1 ? d * item.a : -d * item.a, b = item.b[0];
    const double* const theta = thetas.data();
    double *const sum = rows.sum.data(), *const factor = rows.factor.data();
    for (std::size_t q = 0; q < points; ++q) {
        const double z = slope * (theta[q] - b);
        const double negative = z < 0 ? z : 0;
        sum[q] += negative;
        factor[q] *= 1 + exp(negative + negative - z); // −|z|
    }
}

double log_probability(const irt_parameters& item, double d, double theta, std::size_t category) {
    if (item.model != irt_model::grm && item.model != irt_model::gpcm)
        return log_dichotomous(item, d * item.a * (theta - item.b[0]), category == 1);
    std::array<double, most_categories> logs;
    log_probabilities(item, d, theta, std::span(logs).first(categories(item)));
    return logs[category];
}

void curves(const irt_parameters& item, double d, double theta, std::span<category_curve> out) {
    if (item.model == irt_model::grm) return graded_curves(item, d, theta, out);
    if (item.model == irt_model::gpcm) return partial_credit_curves(item, d, theta, out);
    dichotomous_curves(item, d, theta, out);
}

double expected_share(const irt_parameters& item, double d, double theta) {
    std::array<double, most_categories> storage;
    const auto logs = std::span(storage).first(categories(item));
    log_probabilities(item, d, theta, logs);
    double sum = 0;
    for (std::size_t k = 1; k < logs.size(); ++k) sum += static_cast<double>(k) * exp(logs[k]);
    return sum / static_cast<double>(logs.size() - 1);
}

double information(const irt_parameters& item, double d, double theta) {
    std::array<category_curve, most_categories> storage;
    const auto all = std::span(storage).first(categories(item));
    curves(item, d, theta, all);
    double sum = 0;
    for (const auto& curve : all) sum += curve.p * curve.slope * curve.slope;
    return sum;
}

} // namespace gradesvc::irt
