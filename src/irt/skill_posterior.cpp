#include "irt/skill_posterior.hpp"

#include "irt/elementary.hpp"

#include <algorithm>
#include <cmath>

namespace gradesvc::irt {

namespace {

using matrix = std::vector<std::vector<double>>;

constexpr double lowest = -1e6; // instead of -infinity

// Lower triangular L with L L′ = m.
matrix cholesky(matrix m) {
    for (std::size_t i = 0; i < m.size(); ++i)
        for (std::size_t j = 0; j < m.size(); ++j) {
            if (j > i) {
                m[i][j] = 0;
                continue;
            }
            double sum = m[i][j];
            for (std::size_t k = 0; k < j; ++k) sum -= m[i][k] * m[j][k];
            m[i][j] = i == j ? std::sqrt(sum) : sum / m[j][j];
        }
    return m;
}

// x′ m⁻¹ x by forward substitution.
double quadratic_form(const matrix& lower, std::span<const double> x) {
    std::array<double, most_skills> y{};
    double sum = 0;
    for (std::size_t i = 0; i < lower.size(); ++i) {
        double rest = x[i];
        for (std::size_t k = 0; k < i; ++k) rest -= lower[i][k] * y[k];
        y[i] = rest / lower[i][i];
        sum += y[i] * y[i];
    }
    return sum;
}

double composite_sd(const matrix& correlation, const std::vector<std::size_t>& skills,
                    const std::vector<double>& weights) {
    double variance = 0;
    for (std::size_t i = 0; i < skills.size(); ++i)
        for (std::size_t j = 0; j < skills.size(); ++j)
            variance += weights[i] * weights[j] * correlation[skills[i]][skills[j]];
    return std::sqrt(variance);
}

// Counts through all places of a grid, the last dimension fastest.
class odometer {
public:
    odometer(std::size_t dimensions, std::size_t points) : dimensions_(dimensions), points_(points) {}
    std::size_t operator[](std::size_t dimension) const { return at_[dimension]; }
    void next() {
        for (std::size_t k = dimensions_; k-- > 0;) {
            if (++at_[k] < points_) return;
            at_[k] = 0;
        }
    }

private:
    std::size_t dimensions_, points_;
    std::array<std::size_t, most_skills> at_{};
};

std::size_t power(std::size_t base, std::size_t exponent) {
    std::size_t value = 1;
    for (std::size_t i = 0; i < exponent; ++i) value *= base;
    return value;
}

struct row_sums {
    double mass = 0;
    double moment = 0;
};

// Σ row and Σ row × x in four lanes, which is quicker and always the same.
row_sums sums_of(const double* row, const double* x, std::size_t n) {
    std::array<double, 4> mass{}, moment{};
    std::size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (std::size_t lane = 0; lane < 4; ++lane) {
            mass[lane] += row[i + lane];
            moment[lane] += row[i + lane] * x[i + lane];
        }
    for (std::size_t lane = 0; i < n; ++i, ++lane) {
        mass[lane] += row[i];
        moment[lane] += row[i] * x[i];
    }
    return {(mass[0] + mass[1]) + (mass[2] + mass[3]), (moment[0] + moment[1]) + (moment[2] + moment[3])};
}

} // namespace

skill_posterior::skill_posterior(const matrix& correlation, std::span<const skill_item> items, double d, double min,
                                 double max, int points, normal_prior prior, std::vector<double> cuts)
    : prior_(prior), nodes_(normal_quadrature(min, max, points, prior.mean, prior.sd).nodes), cuts_(std::move(cuts)) {
    set_prior(correlation);
    for (std::size_t i = 0; i < items.size(); ++i) {
        std::vector<std::size_t> skills;
        std::vector<double> weights;
        for (const auto& [skill, weight] : items[i].weights) {
            skills.push_back(skill);
            weights.push_back(weight);
        }
        auto& group = group_of(skills);
        group.items.push_back({i, group.table.size() / group.nodes});
        const double sd = composite_sd(correlation, skills, weights);
        for (double& weight : weights) weight /= sd;
        tabulate(group, items[i].parameters, weights, d);
    }
    std::size_t next = 0;
    for (auto& group : groups_) {
        group.factor = next;
        next += group.nodes;
    }
}

skill_posterior::item_group& skill_posterior::group_of(const std::vector<std::size_t>& skills) {
    const auto known = std::find_if(groups_.begin(), groups_.end(), [&](const auto& g) { return g.skills == skills; });
    if (known != groups_.end()) return *known;
    auto& made = groups_.emplace_back();
    made.skills = skills;
    made.nodes = power(nodes_.size(), skills.size());
    for (std::size_t j = 0; j < skills.size(); ++j) made.strides.push_back(power(nodes_.size(), skills.size() - 1 - j));
    return made;
}

void skill_posterior::tabulate(item_group& of, const domain::irt_parameters& item, const std::vector<double>& weights,
                               double d) {
    const auto count = categories(item);
    const auto begin = of.table.size();
    of.table.resize(begin + count * of.nodes);
    std::array<double, most_categories> logs;
    odometer place(of.skills.size(), nodes_.size());
    for (std::size_t node = 0; node < of.nodes; ++node, place.next()) {
        double z = 0;
        for (std::size_t j = 0; j < weights.size(); ++j)
            z += weights[j] * ((nodes_[place[j]] - prior_.mean) / prior_.sd);
        log_probabilities(item, d, prior_.mean + prior_.sd * z, std::span(logs).first(count));
        for (std::size_t k = 0; k < count; ++k) of.table[begin + k * of.nodes + node] = std::max(logs[k], lowest);
    }
}

void skill_posterior::set_prior(const matrix& correlation) {
    const auto lower = cholesky(correlation);
    const auto dimensions = correlation.size();
    joint_prior_.resize(power(nodes_.size(), dimensions));
    odometer place(dimensions, nodes_.size());
    std::array<double, most_skills> z{};
    for (double& density : joint_prior_) {
        for (std::size_t k = 0; k < dimensions; ++k) z[k] = (nodes_[place[k]] - prior_.mean) / prior_.sd;
        density = exp(-0.5 * quadratic_form(lower, z));
        place.next();
    }
}

// Each group's likelihood at its nodes, the largest of a group 1.
void skill_posterior::fill_factors(std::span<const response> responses, double* factors) const {
    std::array<const double*, domain::limits::items> rows; // NOLINT: the first `count` are set
    for (const auto& group : groups_) {
        std::size_t count = 0;
        for (const auto& [item, first_row] : group.items)
            if (responses[item] != missing)
                rows[count++] =
                    group.table.data() + (first_row + static_cast<std::size_t>(responses[item])) * group.nodes;
        double* const factor = factors + group.factor;
        std::fill_n(factor, group.nodes, 0.0);
        add_rows(std::span(rows).first(count), std::span(factor, group.nodes));
        const double largest = *std::max_element(factor, factor + group.nodes);
        for (std::size_t n = 0; n < group.nodes; ++n) factor[n] = exp(factor[n] - largest);
    }
}

skill_estimates skill_posterior::operator()(std::span<const response> responses, std::vector<double>& workspace) const {
    const std::size_t needed = groups_.empty() ? 0 : groups_.back().factor + groups_.back().nodes;
    if (workspace.size() < needed) workspace.resize(needed);
    fill_factors(responses, workspace.data());
    return summed(workspace.data());
}

// Rows along the last skill; the others count through their places.
skill_estimates skill_posterior::summed(const double* factors) const {
    const auto points = nodes_.size(), last = skills() - 1;
    std::array<std::array<double, domain::limits::skill_points>, most_skills> mass; // marginals
    for (std::size_t k = 0; k <= last; ++k) std::fill_n(mass[k].begin(), points, 0.0);
    std::array<std::array<double, most_skills>, most_skills> product{}; // E[x y] × total
    std::array<double, domain::limits::skill_points> row;
    odometer place(last, points);
    for (const double* density = joint_prior_.data(); density != joint_prior_.data() + joint_prior_.size();
         density += points, place.next()) {
        double outer = 1;
        std::copy_n(density, points, row.begin());
        for (const auto& group : groups_) {
            std::size_t at = group.factor;
            for (std::size_t j = 0; j < group.skills.size(); ++j)
                if (group.skills[j] != last) at += place[group.skills[j]] * group.strides[j];
            if (group.skills.back() != last)
                outer *= factors[at];
            else
                for (std::size_t i = 0; i < points; ++i) row[i] *= factors[at + i];
        }
        for (std::size_t i = 0; i < points; ++i) mass[last][i] += outer * row[i];
        auto [sum, moment] = sums_of(row.data(), nodes_.data(), points);
        sum *= outer;
        moment *= outer;
        for (std::size_t a = 0; a < last; ++a) {
            const double x = nodes_[place[a]];
            mass[a][place[a]] += sum;
            product[a][last] += x * moment;
            for (std::size_t b = a + 1; b < last; ++b) product[a][b] += x * nodes_[place[b]] * sum;
        }
    }
    skill_estimates found;
    double total = 0;
    for (std::size_t i = 0; i < points; ++i) total += mass[last][i];
    for (std::size_t k = 0; k <= last; ++k) {
        double mean = 0, variance = 0;
        for (std::size_t i = 0; i < points; ++i) mass[k][i] /= total;
        for (std::size_t i = 0; i < points; ++i) mean += mass[k][i] * nodes_[i];
        for (std::size_t i = 0; i < points; ++i) variance += mass[k][i] * (nodes_[i] - mean) * (nodes_[i] - mean);
        found.mean[k] = mean;
        found.covariance[k][k] = variance;
        found.above_cut[k] = mass_above(nodes_, mass[k].data(), cuts_[k]);
    }
    for (std::size_t a = 0; a < last; ++a)
        for (std::size_t b = a + 1; b <= last; ++b)
            found.covariance[a][b] = found.covariance[b][a] = product[a][b] / total - found.mean[a] * found.mean[b];
    return found;
}

std::size_t skill_posterior::memory() const {
    std::size_t numbers = joint_prior_.size() + nodes_.size() + cuts_.size();
    for (const auto& group : groups_) numbers += group.table.size() + 3 * group.items.size();
    return numbers * sizeof(double);
}

} // namespace gradesvc::irt
