#include "irt/item_bank.hpp"

#include <algorithm>
#include <array>

namespace gradesvc::irt {

namespace {

constexpr double lowest = -1e6; // instead of -infinity: sums of what cannot happen stay numbers

} // namespace

item_bank::item_bank(std::vector<domain::irt_parameters> items, double d, quadrature grid, normal_prior prior)
    : items_(std::move(items)), d_(d), grid_(std::move(grid)), prior_(prior) {
    std::size_t rows = 0;
    for (const auto& item : items_) {
        first_row_.push_back(rows);
        rows += categories(item);
    }
    const auto nodes = grid_.size();
    table_.resize(rows * nodes);
    for (std::size_t i = 0; i < items_.size(); ++i) {
        std::array<double, most_categories> logs;
        const auto count = categories(items_[i]);
        for (std::size_t q = 0; q < nodes; ++q) {
            log_probabilities(items_[i], d_, grid_.nodes[q], std::span(logs).first(count));
            for (std::size_t k = 0; k < count; ++k) table_[(first_row_[i] + k) * nodes + q] = std::max(logs[k], lowest);
        }
    }
}

void add_rows(std::span<const double* const> rows, std::span<double> sum) {
    std::size_t r = 0;
    const auto nodes = sum.size();
    double* const total = sum.data();
    for (; r + 4 <= rows.size(); r += 4) { // four at a time: fewer loads and stores of the sum
        const double *a = rows[r], *b = rows[r + 1], *c = rows[r + 2], *d = rows[r + 3];
        for (std::size_t q = 0; q < nodes; ++q) total[q] += (a[q] + b[q]) + (c[q] + d[q]);
    }
    for (; r < rows.size(); ++r)
        for (std::size_t q = 0; q < nodes; ++q) total[q] += rows[r][q];
}

void item_bank::log_likelihood(std::span<const response> responses, std::span<double> out) const {
    std::array<const double*, domain::limits::items> rows; // NOLINT: the first `count` are set
    std::size_t count = 0;
    for (std::size_t i = 0; i < items_.size(); ++i)
        if (responses[i] != missing) rows[count++] = row(i, responses[i]).data();
    std::fill(out.begin(), out.end(), 0.0);
    add_rows(std::span(rows).first(count), out);
}

std::size_t item_bank::memory() const {
    return table_.size() * sizeof(double) + items_.size() * sizeof(domain::irt_parameters) +
           grid_.size() * 3 * sizeof(double);
}

} // namespace gradesvc::irt
