#include "calibration/maximization.hpp"

#include "calibration/linear.hpp"

#include <algorithm>
#include <cmath>

namespace gradesvc::calibration {

namespace {

constexpr int scoring_steps = 5; // of one M step: it need not be exact
constexpr int halvings = 12;
constexpr double longest_step = 1; // of one parameter
constexpr double good_enough = 1e-7;

// The expected log-likelihood of an item, with its gradient and expected information.
struct item_fit {
    double value = 0;
    std::array<double, most_parameters> gradient = {};
    item_matrix information = {};
};

item_fit judge(const problem& p, const expectation& e, std::size_t j, const item_vector& x) {
    const auto& item = p.set.items[j];
    const auto count = p.map.count(j);
    item_fit fit;
    item_curves curves;
    for (std::size_t q = 0; q < p.grid.nodes.size(); ++q) {
        evaluate(p.map.model(), x, p.grid.nodes[q], curves);
        double persons = 0;
        for (std::size_t k = 0; k <= item.steps; ++k) {
            const double r = e.counts[(item.first_state + k) * p.width() + q];
            persons += r;
            fit.value += r * curves.log_p[k];
            for (std::size_t u = 0; u < count; ++u) fit.gradient[u] += r * curves.gradient[k][u];
        }
        for (std::size_t k = 0; k <= item.steps; ++k) {
            const double expected = persons * irt::exp(curves.log_p[k]);
            for (std::size_t u = 0; u < count; ++u)
                for (std::size_t v = 0; v < count; ++v)
                    fit.information[u][v] += expected * curves.gradient[k][u] * curves.gradient[k][v];
        }
    }
    fit.value += log_prior(p.map.model(), x);
    add_prior_gradient(p.map.model(), x, fit.gradient);
    add_prior_curvature(p.map.model(), x, true, fit.information);
    return fit;
}

// information⁻¹ gradient, of bounded length; with a little added where the information has gaps.
item_vector scoring_step(const item_fit& fit, std::size_t count) {
    matrix a(count);
    for (std::size_t u = 0; u < count; ++u) {
        for (std::size_t v = 0; v < count; ++v) a[u][v] = fit.information[u][v];
        a[u][u] += 1e-9 * a[u][u] + 1e-9;
    }
    item_vector step{{}, count};
    const cholesky factor(std::move(a));
    if (!factor.positive()) return step;
    const auto solution = factor.solve(fit.gradient);
    double longest = 0;
    for (std::size_t u = 0; u < count; ++u) longest = std::max(longest, std::fabs(solution[u]));
    const double scale = longest > longest_step ? longest_step / longest : 1;
    for (std::size_t u = 0; u < count; ++u) step[u] = scale * solution[u];
    return step;
}

void maximize_item(const problem& p, const expectation& e, std::size_t j, std::vector<double>& all) {
    const auto count = p.map.count(j);
    auto x = p.map.of(all, j);
    auto fit = judge(p, e, j, x);
    for (int i = 0; i < scoring_steps; ++i) {
        auto step = scoring_step(fit, count);
        double change = 0;
        for (int half = 0; half < halvings; ++half) {
            item_vector trial = x;
            change = 0;
            for (std::size_t u = 0; u < count; ++u) {
                trial[u] += step[u];
                change = std::max(change, std::fabs(step[u]));
                step[u] /= 2;
            }
            if (!is_legal(p.map.model(), trial)) continue;
            auto better = judge(p, e, j, trial);
            if (!(better.value >= fit.value)) continue;
            x = trial;
            fit = better;
            break;
        }
        if (change < good_enough) break;
    }
    for (std::size_t u = 0; u < count; ++u) all[p.map.index(j, u)] = x[u];
}

// One slope and an intercept an item: the information has the form of an arrow.
class common_slope_fit {
public:
    common_slope_fit(const problem& p, const expectation& e, std::vector<double> x) : x_(std::move(x)) {
        for (std::size_t j = 0; j < p.set.items.size(); ++j) {
            items_.push_back(judge(p, e, j, p.map.of(x_, j)));
            value_ += items_.back().value;
        }
    }

    double value() const { return value_; }
    const std::vector<double>& x() const { return x_; }

    std::vector<double> step() const {
        double slope = 0, information = 1e-9;
        for (const auto& item : items_) {
            const auto& a = item.information;
            slope += item.gradient[0] - a[0][1] * item.gradient[1] / (a[1][1] + 1e-9);
            information += a[0][0] - a[0][1] * a[0][1] / (a[1][1] + 1e-9);
        }
        std::vector<double> step{std::clamp(slope / information, -longest_step, longest_step)};
        for (const auto& item : items_) {
            const auto& a = item.information;
            step.push_back(
                std::clamp((item.gradient[1] - a[0][1] * step[0]) / (a[1][1] + 1e-9), -longest_step, longest_step));
        }
        return step;
    }

private:
    std::vector<double> x_;
    std::vector<item_fit> items_;
    double value_ = 0;
};

std::vector<double> maximize_common_slope(const problem& p, const expectation& e, std::vector<double> start) {
    common_slope_fit fit(p, e, std::move(start));
    for (int i = 0; i < scoring_steps; ++i) {
        auto step = fit.step();
        double change = 0;
        for (int half = 0; half < halvings; ++half) {
            auto trial = fit.x();
            change = 0;
            for (std::size_t u = 0; u < trial.size(); ++u) {
                trial[u] += step[u];
                change = std::max(change, std::fabs(step[u]));
                step[u] /= 2;
            }
            common_slope_fit better(p, e, std::move(trial));
            if (!(better.value() >= fit.value())) continue;
            fit = std::move(better);
            break;
        }
        if (change < good_enough) break;
    }
    return fit.x();
}

} // namespace

std::vector<double> maximize(const problem& p, const expectation& e, std::vector<double> x) {
    if (p.map.common_slope()) return maximize_common_slope(p, e, std::move(x));
    for (std::size_t j = 0; j < p.set.items.size(); ++j) maximize_item(p, e, j, x);
    return x;
}

slopes slopes_at(const problem& p, const expectation& e, std::span<const double> x) {
    slopes sum{std::vector<double>(p.map.size()), std::vector<double>(p.map.size())};
    for (std::size_t j = 0; j < p.set.items.size(); ++j) {
        const auto fit = judge(p, e, j, p.map.of(x, j));
        for (std::size_t u = 0; u < p.map.count(j); ++u) {
            sum.gradient[p.map.index(j, u)] += fit.gradient[u];
            sum.information[p.map.index(j, u)] += fit.information[u][u];
        }
    }
    return sum;
}

double log_prior(const problem& p, std::span<const double> x) {
    double sum = 0;
    for (std::size_t j = 0; j < p.set.items.size(); ++j) sum += log_prior(p.map.model(), p.map.of(x, j));
    return sum;
}

bool is_legal(const problem& p, std::span<const double> x) {
    for (std::size_t j = 0; j < p.set.items.size(); ++j)
        if (!is_legal(p.map.model(), p.map.of(x, j))) return false;
    return true;
}

} // namespace gradesvc::calibration
