#include "calibration/person_sums.hpp"

#include "calibration/parallel.hpp"

#include <algorithm>
#include <cmath>

namespace gradesvc::calibration {

score_table::score_table(const problem& p, std::span<const double> x) : p_(p), width_(p.width()) {
    for (std::size_t j = 0; j < p.set.items.size(); ++j) {
        reference_.push_back(values_.size());
        values_.resize(values_.size() + p.map.count(j) * width_);
    }
    for (const auto& column : p.set.columns) {
        delta_.push_back(values_.size());
        values_.resize(values_.size() + p.map.count(column.item) * width_);
    }
    for (std::size_t j = 0; j < p.set.items.size(); ++j) fill(j, p.map.of(x, j));
}

void score_table::fill(std::size_t j, const item_vector& own) {
    const auto& item = p_.set.items[j];
    const auto count = p_.map.count(j);
    item_curves curves;
    for (std::size_t q = 0; q < p_.grid.nodes.size(); ++q) {
        evaluate(p_.map.model(), own, p_.grid.nodes[q], curves);
        for (std::size_t u = 0; u < count; ++u) {
            const auto score = [&](std::size_t state) { return state > item.steps ? 0 : curves.gradient[state][u]; };
            values_[reference_[j] + u * width_ + q] = score(item.reference);
            for (std::size_t state = 0; state < item.columns.size(); ++state)
                if (state != item.reference)
                    values_[delta_[item.columns[state]] + u * width_ + q] = score(state) - score(item.reference);
        }
    }
}

namespace {

constexpr std::size_t block = 4096; // patterns whose posteriors are kept at a time
constexpr std::size_t piece = 256;  // patterns of one task

// E[S] of each pattern times the root of its frequency, a row a pattern.
GRADESVC_WIDE void mean_scores(const problem& p, const score_table& scores, std::size_t first, std::size_t last,
                               const double* posteriors, double* out) {
    const auto width = p.width();
    for (std::size_t i = first; i < last; ++i, posteriors += width, out += p.map.size()) {
        std::fill_n(out, p.map.size(), 0.0);
        for (std::size_t j = 0; j < p.set.items.size(); ++j)
            for (std::size_t u = 0; u < p.map.count(j); ++u)
                out[p.map.index(j, u)] += dot_row(scores.reference(j, u), posteriors, width);
        for (const auto column : p.set.list(i)) {
            const auto j = p.set.columns[column].item;
            for (std::size_t u = 0; u < p.map.count(j); ++u)
                out[p.map.index(j, u)] += dot_row(scores.delta(column, u), posteriors, width);
        }
        const double root = std::sqrt(p.set.frequency[i]);
        for (std::size_t k = 0; k < p.map.size(); ++k) out[k] *= root;
    }
}

// Adds Σ s s' over rows of scores to some rows of the upper triangle.
GRADESVC_WIDE void add_products(const double* scores, std::size_t count, std::size_t first_row, std::size_t last_row,
                                matrix& out) {
    const auto n = out.size;
    for (std::size_t i = 0; i < count; ++i, scores += n)
        for (std::size_t row = first_row; row < last_row; ++row) {
            const double factor = scores[row];
            double* const sums = out[row];
            for (std::size_t k = row; k < n; ++k) sums[k] += factor * scores[k];
        }
}

// Persons expected in pairs of columns, at the points of one slice; `posteriors` have a pack a pattern.
GRADESVC_WIDE void count_pairs(const pattern_set& set, std::size_t first, std::size_t last, const double* posteriors,
                               double* pairs) {
    for (std::size_t i = first; i < last; ++i, posteriors += lanes) {
        const pack persons = at(posteriors);
        const auto list = set.list(i);
        for (std::size_t a = 1; a < list.size(); ++a) {
            double* const row = pairs + (std::size_t{list[a]} * (list[a] - 1U) / 2) * lanes;
            for (std::size_t b = 0; b < a; ++b) at(row + list[b] * lanes) += persons;
        }
    }
}

} // namespace

person_sums::person_sums(const problem& p, const log_table& table, const score_table& scores, bool with_pairs)
    : products(p.map.size()), p_(p), table_(table), scores_(scores) {
    const auto rows = std::min(block, p.set.size());
    posteriors_.resize(rows * p.width());
    means_.resize(rows * p.map.size());
    if (!with_pairs) return;
    pairs.resize(p.width() / lanes);
    sliced_.resize(pairs.size(), std::vector<double>(rows * lanes));
    for (auto& slice : pairs) slice.resize(pair_index(p.set.columns.size(), 0));
}

void person_sums::run(std::size_t threads) {
    for (std::size_t first = 0; first < p_.set.size(); first += block)
        add_block(first, std::min(first + block, p_.set.size()), threads);
}

void person_sums::add_block(std::size_t first, std::size_t last, std::size_t threads) {
    const auto count = last - first, n = p_.map.size();
    parallel(threads, (count + piece - 1) / piece, [&](std::size_t task) {
        const auto from = task * piece, to = std::min(from + piece, count);
        double* const rows = posteriors_.data() + from * p_.width();
        posterior_rows(table_, p_.set, first + from, first + to, rows);
        mean_scores(p_, scores_, first + from, first + to, rows, means_.data() + from * n);
        slice(first, from, to);
    });
    constexpr std::size_t band = 16; // rows of the matrix
    parallel(threads, (n + band - 1) / band, [&](std::size_t task) {
        add_products(means_.data(), count, task * band, std::min((task + 1) * band, n), products);
    });
    parallel(threads, pairs.size(),
             [&](std::size_t task) { count_pairs(p_.set, first, last, sliced_[task].data(), pairs[task].data()); });
}

void person_sums::slice(std::size_t first, std::size_t from, std::size_t to) {
    for (std::size_t s = 0; s < sliced_.size(); ++s)
        for (std::size_t i = from; i < to; ++i)
            at(sliced_[s].data() + i * lanes) =
                at(posteriors_.data() + i * p_.width() + s * lanes) * p_.set.frequency[first + i];
}

} // namespace gradesvc::calibration
