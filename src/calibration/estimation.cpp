#include "calibration/estimation.hpp"

#include "calibration/information.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gradesvc::calibration {

namespace {

constexpr double newton_from = 0.1;  // largest change of an EM cycle that lets Newton try first
constexpr double newton_done = 1e-6; // largest change of the last Newton step: the error left is near to its square
constexpr double slow_done = 1e-7;   // the same of other steps
constexpr double longest_step = 1;   // of one parameter
constexpr double steepest = 25, farthest = 300; // slope and intercepts beyond which an estimate has run away
constexpr double no_curvature = 1e-4;           // as a share of that with known abilities
constexpr int first_pause = 4;                  // EM cycles after a step that failed; doubles each time

double largest_of(std::span<const double> values) {
    double largest = 0;
    for (const double value : values) largest = std::max(largest, std::fabs(value));
    return largest;
}

double change_of(std::span<const double> from, std::span<const double> to) {
    double largest = 0;
    for (std::size_t k = 0; k < from.size(); ++k) largest = std::max(largest, std::fabs(to[k] - from[k]));
    return largest;
}

// Slope 1 and the intercepts of the observed shares; c at the mode of its prior.
std::vector<double> starting_values(const problem& p, const expectation& e) {
    std::vector<double> x(p.map.size());
    for (std::size_t j = 0; j < p.set.items.size(); ++j) {
        const auto& item = p.set.items[j];
        std::array<double, most_states + 1> persons{}, above{};
        for (std::size_t k = item.steps + 1; k-- > 0;) {
            const double* row = e.counts.data() + (item.first_state + k) * p.width();
            for (std::size_t q = 0; q < p.grid.nodes.size(); ++q) persons[k] += row[q];
            above[k] = above[k + 1] + persons[k];
        }
        const bool partial_credit = p.map.model() == domain::irt_model::gpcm;
        x[p.map.index(j, 0)] = 1;
        for (std::size_t k = 1; k <= item.steps; ++k) {
            const double odds = partial_credit ? persons[k] / persons[k - 1] : above[k] / (above[0] - above[k]);
            x[p.map.index(j, k)] = 1.2 * irt::log(odds);
        }
        constexpr double c = (prior_c_alpha - 1) / (prior_c_alpha + prior_c_beta - 2);
        if (p.map.model() == domain::irt_model::three_pl) x[p.map.index(j, item.steps + 1)] = irt::log(c / (1 - c));
    }
    return x;
}

class search {
public:
    search(const problem& p, const settings& how)
        : p_(p),
          how_(how),
          threads_(static_cast<std::size_t>(std::max(how.threads, 1))),
          affordable_(is_affordable(p)) {
        // the first counts by category need no parameters: with flat tables they are the observed ones
        log_table flat{p.width(), std::vector<double>(p.width()),
                       std::vector<double>(p.set.columns.size() * p.width())};
        at_ = look(starting_values(p, expect(flat, p.set, threads_)));
    }

    estimation run() {
        int next_newton = 2, pause = first_pause;
        bool em_cycle = true;
        while (now_.iterations < how_.max_iterations && !now_.converged) {
            const auto from = at_.x;
            const bool try_newton = now_.iterations >= next_newton && (!em_cycle || change_ <= newton_from);
            em_cycle = !try_newton || !newton();
            if (try_newton && em_cycle) {
                next_newton = now_.iterations + pause;
                pause *= 2;
            }
            if (em_cycle) em();
            change_ = change_of(from, at_.x);
            ++now_.iterations;
            now_.converged = change_ <= (covariance_known_ ? newton_done : slow_done);
            report();
            find_endless();
            if (!now_.endless.empty()) return now_;
        }
        finish();
        return now_;
    }

private:
    // A point and what the data say there.
    struct place {
        std::vector<double> x = {};
        log_table table = {};
        expectation e = {};
        double value = 0; ///< log-likelihood and priors
    };

    place look(std::vector<double> x) const {
        place there{std::move(x), {}, {}, 0};
        there.table = tabulate(p_.map, p_.set, p_.grid, there.x);
        there.e = expect(there.table, p_.set, threads_);
        there.value = there.e.log_likelihood + log_prior(p_, there.x);
        return there;
    }
    void em() {
        covariance_known_ = false;
        at_ = look(maximize(p_, at_.e, at_.x));
    }

    matrix information() const {
        return affordable_ ? observed_information(p_, at_.table, at_.e, at_.x, threads_)
                           : cross_product_information(p_, at_.table, at_.x, threads_);
    }

    // A step along information⁻¹ gradient. Where the information is not positive definite, more and more of what it were
    // if abilities were known is added (Levenberg & Marquardt), which leads to the step of EM. False: nothing leads up.
    bool newton() {
        const auto seen = information();
        const auto [gradient, complete] = slopes_at(p_, at_.e, at_.x);
        for (const double share : {0.0, 1e-3, 1e-2, 1e-1}) {
            auto a = seen;
            for (std::size_t k = 0; k < a.size; ++k) a[k][k] += share * complete[k];
            const cholesky factor(std::move(a));
            if (!factor.positive()) continue;
            if (!climb(factor.solve(gradient))) return false;
            covariance_known_ = share == 0;
            if (covariance_known_) factor_ = factor;
            return true;
        }
        return false;
    }

    bool climb(std::vector<double> step) {
        const double longest = largest_of(step);
        if (longest > longest_step)
            for (double& s : step) s *= longest_step / longest;
        for (int half = 0; half < 4; ++half) {
            auto x = at_.x;
            for (std::size_t k = 0; k < x.size(); ++k) x[k] += step[k];
            for (double& s : step) s /= 2;
            if (!is_legal(p_, x)) continue;
            auto there = look(std::move(x));
            const double noise = 1e-12 * std::fabs(at_.value);
            if (!(there.value >= at_.value - noise)) continue;
            at_ = std::move(there);
            return true;
        }
        return false;
    }

    void find_endless() {
        for (std::size_t j = 0; j < p_.set.items.size(); ++j) {
            const auto own = p_.map.of(at_.x, j);
            const auto intercepts = std::span<const double>(own).subspan(1, p_.set.items[j].steps);
            if (std::fabs(own[0]) > steepest || largest_of(intercepts) > farthest) now_.endless.push_back(j);
        }
    }

    void report() const {
        if (how_.on_iteration) how_.on_iteration({now_.iterations, at_.e.log_likelihood, change_});
    }

    // Of a stationary point with a singular or indefinite information: whether the likelihood is but flat in some
    // direction, as where the data do not determine all parameters. Otherwise it is a saddle point.
    static bool nothing_rises(matrix seen, std::span<const double> complete) {
        for (std::size_t k = 0; k < seen.size; ++k) seen[k][k] += no_curvature * complete[k];
        return cholesky(std::move(seen)).positive();
    }

    void finish() {
        now_.x = at_.x;
        now_.log_likelihood = at_.e.log_likelihood;
        const auto [gradient, complete] = slopes_at(p_, at_.e, at_.x);
        now_.max_gradient = largest_of(gradient);
        if (!now_.converged || !covariance_known_) {
            auto seen = information();
            factor_ = cholesky(seen);
            now_.converged = now_.converged && (factor_.positive() || nothing_rises(std::move(seen), complete));
        }
        if (!factor_.positive()) return;
        now_.se = affordable_ ? se_method::observed : se_method::cross_product;
        now_.covariance = factor_.inverse();
    }

    const problem& p_;
    const settings& how_;
    std::size_t threads_;
    bool affordable_;
    place at_ = {};
    estimation now_ = {};
    double change_ = 1e300;
    cholesky factor_{matrix()};
    bool covariance_known_ = false; // factor_ is that of the last step, a short one once converged
};

} // namespace

estimation estimate(const problem& p, const settings& how) { return search(p, how).run(); }

} // namespace gradesvc::calibration
