#include "calibration/information.hpp"

#include "calibration/person_sums.hpp"

#include <algorithm>
#include <array>

namespace gradesvc::calibration {

namespace {

// What one item says alone: E[B] − E[SS'] of its own parameters.
void add_own(const problem& p, const expectation& e, std::span<const double> x, std::size_t j, matrix& out) {
    const auto& item = p.set.items[j];
    const auto count = p.map.count(j);
    const auto own = p.map.of(x, j);
    item_matrix sum{};
    item_curves curves;
    std::array<double, most_states> persons;
    for (std::size_t q = 0; q < p.grid.nodes.size(); ++q) {
        for (std::size_t k = 0; k <= item.steps; ++k) persons[k] = e.counts[(item.first_state + k) * p.width() + q];
        add_curvature(p.map.model(), own, p.grid.nodes[q], std::span(persons).first(item.steps + 1), sum);
        evaluate(p.map.model(), own, p.grid.nodes[q], curves);
        for (std::size_t k = 0; k <= item.steps; ++k)
            for (std::size_t u = 0; u < count; ++u)
                for (std::size_t v = 0; v < count; ++v)
                    sum[u][v] -= persons[k] * curves.gradient[k][u] * curves.gradient[k][v];
    }
    for (std::size_t u = 0; u < count; ++u)
        for (std::size_t v = 0; v < count; ++v) out[p.map.index(j, u)][p.map.index(j, v)] += sum[u][v];
}

// Columns of an item, in order.
std::vector<std::uint16_t> columns_of(const item_states& item) {
    std::vector<std::uint16_t> columns;
    for (std::size_t state = 0; state < item.columns.size(); ++state)
        if (state != item.reference) columns.push_back(item.columns[state]);
    return columns;
}

// E[SS'] of the parameters of two items, the later one first. With reference scores g and changes Δ by column,
// Σ (g_j + Δ_s)(g_k + Δ_t)' = Σ (g_j + Δ_s) g_k' + Σ_t (n_t g_j + Σ_s n_st Δ_s) Δ_t'.
class pair_product {
public:
    pair_product(const problem& p, const expectation& e, const score_table& scores, const person_sums& sums)
        : p_(p), e_(e), scores_(scores), sums_(sums) {
        for (const auto& item : p.set.items) columns_.push_back(columns_of(item));
    }

    void subtract(std::size_t j, std::size_t k, matrix& out) const {
        const auto rows = p_.map.count(j), columns = p_.map.count(k);
        std::array<double, most_parameters * most_parameters * lanes> sum;
        std::fill_n(sum.begin(), rows * columns * lanes, 0.0);
        for (std::size_t s = 0; s < sums_.pairs.size(); ++s) add_slice(j, k, s, sum.data());
        for (std::size_t u = 0; u < rows; ++u)
            for (std::size_t v = 0; v < columns; ++v) {
                const double value = sum_row(sum.data() + (u * columns + v) * lanes, lanes);
                out[p_.map.index(j, u)][p_.map.index(k, v)] -= value;
                out[p_.map.index(k, v)][p_.map.index(j, u)] -= value;
            }
    }

private:
    const double* persons(std::size_t column) const { return e_.columns.data() + (column + 1) * p_.width(); }

    void add_slice(std::size_t j, std::size_t k, std::size_t s, double* sum) const {
        const auto rows = p_.map.count(j), columns = p_.map.count(k);
        const auto q = s * lanes;
        for (std::size_t u = 0; u < rows; ++u) {
            pack all = at(e_.columns.data() + q) * at(scores_.reference(j, u) + q);
            for (const auto column : columns_[j]) all += at(persons(column) + q) * at(scores_.delta(column, u) + q);
            for (std::size_t v = 0; v < columns; ++v)
                at(sum + (u * columns + v) * lanes) += all * at(scores_.reference(k, v) + q);
            for (const auto earlier : columns_[k]) {
                pack left = at(persons(earlier) + q) * at(scores_.reference(j, u) + q);
                for (const auto later : columns_[j])
                    left += at(sums_.pairs[s].data() + pair_index(later, earlier)) * at(scores_.delta(later, u) + q);
                for (std::size_t v = 0; v < columns; ++v)
                    at(sum + (u * columns + v) * lanes) += left * at(scores_.delta(earlier, v) + q);
            }
        }
    }

    const problem& p_;
    const expectation& e_;
    const score_table& scores_;
    const person_sums& sums_;
    std::vector<std::vector<std::uint16_t>> columns_ = {};
};

void add_priors(const problem& p, std::span<const double> x, matrix& out) {
    for (std::size_t j = 0; j < p.set.items.size(); ++j) {
        item_matrix sum{};
        add_prior_curvature(p.map.model(), p.map.of(x, j), false, sum);
        for (std::size_t u = 0; u < p.map.count(j); ++u)
            for (std::size_t v = 0; v < p.map.count(j); ++v) out[p.map.index(j, u)][p.map.index(j, v)] += sum[u][v];
    }
}

void add_upper(matrix& out, const matrix& products) {
    for (std::size_t row = 0; row < out.size; ++row)
        for (std::size_t column = row; column < out.size; ++column) out[row][column] += products[row][column];
}

} // namespace

bool is_affordable(const problem& p) {
    constexpr double most_additions = 4e9, most_bytes = 256e6;
    const auto width = static_cast<double>(p.width()), columns = static_cast<double>(p.set.columns.size());
    return p.set.pairs() * width <= most_additions &&
           columns * columns / 2 * width * static_cast<double>(sizeof(double)) <= most_bytes;
}

matrix observed_information(const problem& p, const log_table& table, const expectation& e, std::span<const double> x,
                            std::size_t threads) {
    const score_table scores(p, x);
    person_sums sums(p, table, scores, true);
    sums.run(threads);
    matrix information(p.map.size());
    const pair_product product(p, e, scores, sums);
    for (std::size_t j = 0; j < p.set.items.size(); ++j) {
        add_own(p, e, x, j, information);
        for (std::size_t k = 0; k < j; ++k) product.subtract(j, k, information);
    }
    add_upper(information, sums.products);
    add_priors(p, x, information);
    return information;
}

matrix cross_product_information(const problem& p, const log_table& table, std::span<const double> x,
                                 std::size_t threads) {
    const score_table scores(p, x);
    person_sums sums(p, table, scores, false);
    sums.run(threads);
    matrix information(p.map.size());
    add_upper(information, sums.products);
    add_priors(p, x, information);
    return information;
}

} // namespace gradesvc::calibration
