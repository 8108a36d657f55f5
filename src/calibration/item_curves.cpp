#include "calibration/item_curves.hpp"

#include "gradesvc/calibration/calibrate.hpp"
#include "irt/elementary.hpp"

#include <algorithm>
#include <cmath>

namespace gradesvc::calibration {

using domain::irt_model;

namespace {

double psi(double z) {
    const double e = irt::exp(-std::fabs(z));
    return z < 0 ? e / (1 + e) : 1 / (1 + e);
}

double log_psi(double z) { return (z < 0 ? z : 0) - irt::log(1 + irt::exp(-std::fabs(z))); }

void logistic(std::span<const double> x, double theta, item_curves& out) {
    const double z = x[0] * theta + x[1];
    const double p = psi(z), q = psi(-z);
    out.log_p[0] = log_psi(-z);
    out.log_p[1] = log_psi(z);
    out.gradient[0][0] = -p * theta;
    out.gradient[0][1] = -p;
    out.gradient[1][0] = q * theta;
    out.gradient[1][1] = q;
}

// What of 3PL depends on z and γ: P = c + (1 − c) Ψ.
struct guessing_curve {
    guessing_curve(std::span<const double> x, double theta)
        : z(x[0] * theta + x[1]),
          c(psi(x[2])),
          not_c(psi(-x[2])),
          up(psi(z)),
          down(psi(-z)),
          p(c + not_c * up),
          by_z(not_c * up * down / p),
          by_c(c * not_c * down / p) {}
    double z, c, not_c, up, down, p;
    double by_z, by_c; // of log P(1)
};

void guessing(std::span<const double> x, double theta, item_curves& out) {
    const guessing_curve at(x, theta);
    out.log_p[0] = log_psi(-x[2]) + log_psi(-at.z);
    out.log_p[1] = irt::log(at.p);
    out.gradient[0][0] = -at.up * theta;
    out.gradient[0][1] = -at.up;
    out.gradient[0][2] = -at.c;
    out.gradient[1][0] = at.by_z * theta;
    out.gradient[1][1] = at.by_z;
    out.gradient[1][2] = at.by_c;
}

void guessing_curvature(std::span<const double> x, double theta, std::span<const double> weights, item_matrix& out) {
    const guessing_curve at(x, theta);
    const double wrong = weights[0], right = weights[1];
    const double zz = wrong * at.up * at.down - right * (at.by_z * (at.down - at.up) - at.by_z * at.by_z);
    const double zc = right * (at.c * at.not_c * at.up * at.down / at.p + at.by_z * at.by_c);
    const double cc = wrong * at.c * at.not_c - right * (at.by_c * (at.not_c - at.c) - at.by_c * at.by_c);
    out[0][0] += zz * theta * theta;
    out[0][1] += zz * theta;
    out[1][0] += zz * theta;
    out[1][1] += zz;
    out[0][2] += zc * theta;
    out[2][0] += zc * theta;
    out[1][2] += zc;
    out[2][1] += zc;
    out[2][2] += cc;
}

// A category of a GRM between two curves Ψ(z_k) and Ψ(z_{k+1}), the outer ones being 1 and 0:
// P = Ψ(z_k) Ψ(−z_{k+1}) (1 − e^(z_{k+1} − z_k)), which does not cancel.
struct graded_category {
    double log_p = 0;
    double lower = 0; ///< ∂ log P / ∂ δ_k
    double upper = 0; ///< −∂ log P / ∂ δ_{k+1}
};

class graded_curve {
public:
    graded_curve(std::span<const double> x, double theta) : m_(x.size() - 1) {
        for (std::size_t k = 1; k <= m_; ++k) {
            z_[k] = x[0] * theta + x[k];
            above_[k] = psi(z_[k]);
            below_[k] = psi(-z_[k]);
        }
    }

    std::size_t steps() const { return m_; }
    double above(std::size_t k) const { return k == 0 ? 1 : k > m_ ? 0 : above_[k]; }
    double slope(std::size_t k) const { return k == 0 || k > m_ ? 0 : above_[k] * below_[k]; }

    graded_category category(std::size_t k) const {
        if (k == 0) return {log_psi(-z_[1]), 0, above_[1]};
        if (k == m_) return {log_psi(z_[m_]), below_[m_], 0};
        const double apart = 1 - irt::exp(z_[k + 1] - z_[k]);
        return {log_psi(z_[k]) + log_psi(-z_[k + 1]) + irt::log(apart), below_[k] / (below_[k + 1] * apart),
                above_[k + 1] / (above_[k] * apart)};
    }

private:
    std::size_t m_;
    std::array<double, most_parameters> z_, above_, below_;
};

void graded(std::span<const double> x, double theta, item_curves& out) {
    const graded_curve curve(x, theta);
    const auto m = curve.steps();
    for (std::size_t k = 0; k <= m; ++k) {
        const auto at = curve.category(k);
        auto& gradient = out.gradient[k];
        out.log_p[k] = at.log_p;
        std::fill_n(gradient.begin(), x.size(), 0.0);
        gradient[0] = theta * (1 - curve.above(k) - curve.above(k + 1));
        if (k > 0) gradient[k] = at.lower;
        if (k < m) gradient[k + 1] = -at.upper;
    }
}

void graded_curvature(std::span<const double> x, double theta, std::span<const double> weights, item_matrix& out) {
    const graded_curve curve(x, theta);
    const auto m = curve.steps();
    const auto add = [&](std::size_t row, std::size_t column, double value) {
        out[row][column] += value;
        if (row != column) out[column][row] += value;
    };
    for (std::size_t k = 0; k <= m; ++k) {
        const auto at = curve.category(k);
        const double w = weights[k];
        add(0, 0, w * theta * theta * (curve.slope(k) + curve.slope(k + 1)));
        if (k > 0) {
            add(0, k, w * theta * curve.slope(k));
            add(k, k, -w * at.lower * (1 - 2 * curve.above(k) - at.lower));
        }
        if (k < m) {
            add(0, k + 1, w * theta * curve.slope(k + 1));
            add(k + 1, k + 1, w * at.upper * (1 - 2 * curve.above(k + 1) + at.upper));
        }
        if (k > 0 && k < m) add(k, k + 1, -w * at.lower * at.upper);
    }
}

// ∂/∂α of category k is (k − E) θ; ∂/∂δ_v is 1 for k >= v, less P(X >= v).
struct partial_credit_curve {
    partial_credit_curve(std::span<const double> x, double theta) {
        const auto m = x.size() - 1;
        log_p[0] = 0;
        double largest = 0, sum = 0;
        for (std::size_t k = 1; k <= m; ++k) {
            log_p[k] = log_p[k - 1] + x[0] * theta + x[k];
            largest = std::max(largest, log_p[k]);
        }
        for (std::size_t k = 0; k <= m; ++k) sum += irt::exp(log_p[k] - largest);
        const double whole = largest + irt::log(sum);
        for (std::size_t k = 0; k <= m; ++k) log_p[k] -= whole;
        above[m + 1] = 0;
        for (std::size_t k = m + 1; k-- > 0;) above[k] = above[k + 1] + irt::exp(log_p[k]);
        for (std::size_t k = 1; k <= m; ++k) mean += above[k];
    }
    std::array<double, most_states> log_p;
    std::array<double, most_states + 1> above; // P(X >= k)
    double mean = 0;
};

void partial_credit(std::span<const double> x, double theta, item_curves& out) {
    const partial_credit_curve at(x, theta);
    for (std::size_t k = 0; k < x.size(); ++k) {
        out.log_p[k] = at.log_p[k];
        out.gradient[k][0] = theta * (static_cast<double>(k) - at.mean);
        for (std::size_t v = 1; v < x.size(); ++v) out.gradient[k][v] = (k >= v ? 1 : 0) - at.above[v];
    }
}

// The variance of the gradient: P(X >= v) (1 − P(X >= u)) for u <= v.
void partial_credit_curvature(std::span<const double> x, double theta, std::span<const double> weights,
                              item_matrix& out) {
    const partial_credit_curve at(x, theta);
    double weight = 0;
    for (const double w : weights) weight += w;
    double variance = 0;
    for (std::size_t v = 1; v < x.size(); ++v) {
        double with_score = 0;
        for (std::size_t u = 1; u < x.size(); ++u) {
            const double both = at.above[std::max(u, v)] - at.above[u] * at.above[v];
            out[u][v] += weight * both;
            with_score += both;
        }
        out[0][v] += weight * theta * with_score;
        out[v][0] += weight * theta * with_score;
        variance += with_score;
    }
    out[0][0] += weight * theta * theta * variance;
}

double log_slope_deviation(double slope) { return irt::log(slope / 1.7) - prior_log_slope_mean; }

constexpr double slope_precision = 1 / (prior_log_slope_sd * prior_log_slope_sd);

} // namespace

void evaluate(irt_model model, std::span<const double> parameters, double theta, item_curves& out) {
    switch (model) {
    case irt_model::grm: return graded(parameters, theta, out);
    case irt_model::gpcm: return partial_credit(parameters, theta, out);
    case irt_model::three_pl: return guessing(parameters, theta, out);
    default: return logistic(parameters, theta, out);
    }
}

void add_curvature(irt_model model, std::span<const double> parameters, double theta, std::span<const double> weights,
                   item_matrix& out) {
    switch (model) {
    case irt_model::grm: return graded_curvature(parameters, theta, weights, out);
    case irt_model::three_pl: return guessing_curvature(parameters, theta, weights, out);
    default: return partial_credit_curvature(parameters, theta, weights, out); // with one step it is the 2PL
    }
}

bool is_legal(irt_model model, std::span<const double> parameters) {
    if (model == irt_model::three_pl) return parameters[0] > 0;
    if (model != irt_model::grm) return true;
    for (std::size_t k = 2; k < parameters.size(); ++k)
        if (!(parameters[k - 1] - parameters[k] > 1e-6)) return false;
    return true;
}

double log_prior(irt_model model, std::span<const double> parameters) {
    if (model != irt_model::three_pl) return 0;
    const double off = log_slope_deviation(parameters[0]);
    return -0.5 * off * off * slope_precision + (prior_c_alpha - 1) * log_psi(parameters[2]) +
           (prior_c_beta - 1) * log_psi(-parameters[2]);
}

void add_prior_gradient(irt_model model, std::span<const double> parameters, std::span<double> gradient) {
    if (model != irt_model::three_pl) return;
    const double slope = parameters[0], c = psi(parameters[2]);
    gradient[0] -= log_slope_deviation(slope) * slope_precision / slope;
    gradient[2] += (prior_c_alpha - 1) - (prior_c_alpha + prior_c_beta - 2) * c;
}

void add_prior_curvature(irt_model model, std::span<const double> parameters, bool positive, item_matrix& out) {
    if (model != irt_model::three_pl) return;
    const double slope = parameters[0], c = psi(parameters[2]);
    const double bend = positive ? 1 : 1 - log_slope_deviation(slope);
    out[0][0] += bend * slope_precision / (slope * slope);
    out[2][2] += (prior_c_alpha + prior_c_beta - 2) * c * (1 - c);
}

} // namespace gradesvc::calibration
