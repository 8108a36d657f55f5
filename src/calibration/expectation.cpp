#include "calibration/expectation.hpp"

#include "calibration/grid.hpp"
#include "calibration/parallel.hpp"

#include <array>
#include <limits>

namespace gradesvc::calibration {

parameter_map::parameter_map(domain::irt_model model, const pattern_set& set)
    : model_(model), size_(model == domain::irt_model::one_pl ? 1 : 0) {
    for (const auto& item : set.items) {
        const auto count = parameter_count(model, item.steps);
        const std::size_t common = common_slope() ? 1 : 0;
        counts_.push_back(count);
        first_.push_back(size_ - common);
        size_ += count - common;
    }
}

item_vector parameter_map::of(std::span<const double> all, std::size_t item) const {
    item_vector own{{}, count(item)};
    for (std::size_t u = 0; u < count(item); ++u) own[u] = all[index(item, u)];
    return own;
}

log_table tabulate(const parameter_map& map, const pattern_set& set, const irt::quadrature& grid,
                   std::span<const double> x) {
    constexpr double never = -700, outside = -1e300; // of log P; padding
    log_table table{padded(grid.nodes.size()), {}, {}};
    table.base.assign(table.width, outside);
    table.delta.assign(set.columns.size() * table.width, 0);
    std::copy(grid.log_weights.begin(), grid.log_weights.end(), table.base.begin());
    item_curves curves;
    for (std::size_t j = 0; j < set.items.size(); ++j) {
        const auto& item = set.items[j];
        const auto own = map.of(x, j);
        for (std::size_t q = 0; q < grid.nodes.size(); ++q) {
            evaluate(map.model(), own, grid.nodes[q], curves);
            const auto log_p = [&](std::size_t state) {
                return state > item.steps ? 0 : std::max(curves.log_p[state], never);
            };
            const double reference = log_p(item.reference);
            table.base[q] += reference;
            for (std::size_t state = 0; state < item.columns.size(); ++state)
                if (state != item.reference)
                    table.delta[item.columns[state] * table.width + q] = log_p(state) - reference;
        }
    }
    return table;
}

namespace {

// The log of the joint density of a pattern and each point.
GRADESVC_INLINE void joint(const log_table& table, std::span<const std::uint16_t> list, double* row) {
    for (std::size_t q = 0; q < table.width; q += 2 * lanes) {
        pack low = at(table.base.data() + q), high = at(table.base.data() + q + lanes);
        for (const auto column : list) {
            const double* delta = table.delta.data() + column * table.width + q;
            low += at(delta);
            high += at(delta + lanes);
        }
        at(row + q) = low;
        at(row + q + lanes) = high;
    }
}

// Turns logs into shares of `whole`; returns the log of what they summed to.
GRADESVC_INLINE double normalise(double* row, std::size_t width, double whole) {
    double largest = row[0];
    for (std::size_t q = 1; q < width; ++q) largest = row[q] > largest ? row[q] : largest;
    for (std::size_t q = 0; q < width; ++q) row[q] = irt::exp(row[q] - largest);
    const double sum = sum_row(row, width);
    const double scale = whole / sum;
    for (std::size_t q = 0; q < width; ++q) row[q] *= scale;
    return largest + irt::log(sum);
}

constexpr std::size_t chunks = 16;

// Expected counts of a chunk of patterns: a row for all persons, then one for each column.
GRADESVC_WIDE double expect_chunk(const log_table& table, const pattern_set& set, std::size_t chunk, double* row,
                                  double* counts) {
    const std::size_t first = set.size() * chunk / chunks, last = set.size() * (chunk + 1) / chunks;
    const std::size_t width = table.width;
    double log_likelihood = 0;
    for (std::size_t i = first; i < last; ++i) {
        const auto list = set.list(i);
        joint(table, list, row);
        log_likelihood += set.frequency[i] * normalise(row, width, set.frequency[i]);
        for (std::size_t q = 0; q < width; q += 2 * lanes) {
            const pack low = at(row + q), high = at(row + q + lanes);
            at(counts + q) += low;
            at(counts + q + lanes) += high;
            for (const auto column : list) {
                double* count = counts + (column + 1U) * width + q;
                at(count) += low;
                at(count + lanes) += high;
            }
        }
    }
    return log_likelihood;
}

GRADESVC_WIDE void fill_posteriors(const log_table& table, const pattern_set& set, std::size_t first, std::size_t last,
                                   double* rows) {
    for (std::size_t i = first; i < last; ++i, rows += table.width) {
        joint(table, set.list(i), rows);
        normalise(rows, table.width, 1);
    }
}

// From persons and columns to categories: the reference is what the columns leave over.
std::vector<double> by_category(const pattern_set& set, std::size_t width, const std::vector<double>& counts) {
    std::vector<double> all(set.states * width);
    for (const auto& item : set.items) {
        std::vector<double> rest(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(width));
        for (std::size_t state = 0; state < item.columns.size(); ++state) {
            if (state == item.reference) continue;
            const double* count = counts.data() + (item.columns[state] + 1U) * width;
            for (std::size_t q = 0; q < width; ++q) {
                rest[q] = std::max(rest[q] - count[q], 0.0);
                if (state <= item.steps) all[(item.first_state + state) * width + q] = count[q];
            }
        }
        if (item.reference <= item.steps)
            std::copy(rest.begin(), rest.end(),
                      all.begin() + static_cast<std::ptrdiff_t>((item.first_state + item.reference) * width));
    }
    return all;
}

} // namespace

expectation expect(const log_table& table, const pattern_set& set, std::size_t threads) {
    constexpr std::size_t worth_a_thread = 200'000; // additions
    if (set.listed.size() * table.width < worth_a_thread) threads = 1;
    const std::size_t size = (set.columns.size() + 1) * table.width;
    std::vector<std::vector<double>> counts(chunks);
    std::array<double, chunks> log_likelihoods{};
    parallel(threads, chunks, [&](std::size_t chunk) {
        std::vector<double> row(table.width);
        counts[chunk].assign(size, 0);
        log_likelihoods[chunk] = expect_chunk(table, set, chunk, row.data(), counts[chunk].data());
    });
    expectation sum;
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        sum.log_likelihood += log_likelihoods[chunk];
        if (chunk == 0) continue;
        for (std::size_t k = 0; k < size; ++k) counts[0][k] += counts[chunk][k];
    }
    sum.columns = std::move(counts[0]);
    sum.counts = by_category(set, table.width, sum.columns);
    return sum;
}

void posterior_rows(const log_table& table, const pattern_set& set, std::size_t first, std::size_t last, double* rows) {
    fill_posteriors(table, set, first, last, rows);
}

} // namespace gradesvc::calibration
