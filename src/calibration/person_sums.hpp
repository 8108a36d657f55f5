// What a calibration sums over persons for the information about its parameters: products of mean scores, and the persons
// expected in pairs of columns.
#pragma once

#include "calibration/grid.hpp"
#include "calibration/linear.hpp"
#include "calibration/maximization.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace gradesvc::calibration {

/// ∂ log P by the parameters of an item, as rows over the points: of each item's reference, and by column what its state
/// changes in that.
class score_table {
public:
    score_table(const problem& p, std::span<const double> x);

    const double* reference(std::size_t item, std::size_t u) const {
        return values_.data() + reference_[item] + u * width_;
    }
    const double* delta(std::size_t column, std::size_t u) const {
        return values_.data() + delta_[column] + u * width_;
    }

private:
    void fill(std::size_t j, const item_vector& own);

    const problem& p_;
    std::size_t width_;
    std::vector<std::size_t> reference_ = {}, delta_ = {};
    std::vector<double> values_ = {};
};

/// Where the pair of two columns stands, the later one first.
inline std::size_t pair_index(std::size_t later, std::size_t earlier) {
    return (later * (later - 1) / 2 + earlier) * lanes;
}

/// Block by block of patterns, the same for any number of threads.
class person_sums {
public:
    person_sums(const problem&, const log_table&, const score_table&, bool with_pairs);
    void run(std::size_t threads);

    matrix products;                             ///< Σ E[S]E[S]', the upper triangle
    std::vector<std::vector<double>> pairs = {}; ///< by slice of `lanes` points, then pair_index()

private:
    void add_block(std::size_t first, std::size_t last, std::size_t threads);
    void slice(std::size_t first, std::size_t from, std::size_t to);

    const problem& p_;
    const log_table& table_;
    const score_table& scores_;
    std::vector<double> posteriors_ = {}, means_ = {};
    std::vector<std::vector<double>> sliced_ = {}; // posteriors times frequency, slice by slice
};

} // namespace gradesvc::calibration
