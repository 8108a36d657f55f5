// The E step: the posterior of ability for each response pattern, and how many persons are expected in each category at
// each point of the quadrature.
#pragma once

#include "calibration/item_curves.hpp"
#include "calibration/patterns.hpp"
#include "irt/quadrature.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace gradesvc::calibration {

/// The parameters of one item, or a direction among them.
struct item_vector {
    std::array<double, most_parameters> values = {};
    std::size_t count = 0;
    double& operator[](std::size_t u) { return values[u]; }
    double operator[](std::size_t u) const { return values[u]; }
    operator std::span<const double>() const { return {values.data(), count}; }
};

/// Which parameters there are: item by item, in 1PL one slope for all and then the intercepts.
class parameter_map {
public:
    parameter_map(domain::irt_model model, const pattern_set& set);

    domain::irt_model model() const { return model_; }
    std::size_t size() const { return size_; }
    std::size_t count(std::size_t item) const { return counts_[item]; }
    std::size_t index(std::size_t item, std::size_t parameter) const {
        return common_slope() && parameter == 0 ? 0 : first_[item] + parameter;
    }
    bool common_slope() const { return model_ == domain::irt_model::one_pl; }
    /// The parameters of one item.
    item_vector of(std::span<const double> all, std::size_t item) const;

private:
    domain::irt_model model_;
    std::vector<std::size_t> counts_;
    std::vector<std::size_t> first_;
    std::size_t size_;
};

/// What a pattern is judged with: rows of `width` numbers over the points.
struct log_table {
    std::size_t width = 0;
    std::vector<double> base;  ///< log weight and log P of every item's reference
    std::vector<double> delta; ///< by column: log P of its state less that of the reference
};

log_table tabulate(const parameter_map&, const pattern_set&, const irt::quadrature&, std::span<const double> x);

struct expectation {
    double log_likelihood = 0;
    std::vector<double> columns =
        {}; ///< persons expected at each point, then those in each column: rows of `width` numbers
    std::vector<double> counts = {}; ///< the same by category of all items
};

/// The same for any number of threads.
expectation expect(const log_table&, const pattern_set&, std::size_t threads);

/// Normalised posteriors of patterns `first` to `last` − 1, a row each.
void posterior_rows(const log_table&, const pattern_set&, std::size_t first, std::size_t last, double* rows);

} // namespace gradesvc::calibration
