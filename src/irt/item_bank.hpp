// The calibrated items of a test with their log probabilities tabulated on the quadrature grid of the prior. Immutable
// once built; thread-safe.
#pragma once

#include "irt/item_model.hpp"
#include "irt/quadrature.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace gradesvc::irt {

/// A response to an item: its category from 0, or `missing`, which leaves the item out.
using response = std::int8_t;
inline constexpr response missing = -1;

struct normal_prior {
    double mean = 0;
    double sd = 1;
};

class item_bank {
public:
    item_bank(std::vector<domain::irt_parameters> items, double d, quadrature grid, normal_prior prior);

    std::size_t size() const { return items_.size(); }
    const domain::irt_parameters& item(std::size_t index) const { return items_[index]; }
    double d() const { return d_; }
    const quadrature& grid() const { return grid_; }
    const normal_prior& prior() const { return prior_; }

    /// log P of a category of an item at each node.
    std::span<const double> row(std::size_t item, response category) const {
        const auto nodes = grid_.size();
        return {table_.data() + (first_row_[item] + static_cast<std::size_t>(category)) * nodes, nodes};
    }

    /// The log likelihood of the responses (one for each item) at each node; `out` has a place for each node.
    void log_likelihood(std::span<const response> responses, std::span<double> out) const;

    std::size_t memory() const;

private:
    std::vector<domain::irt_parameters> items_;
    double d_;
    quadrature grid_;
    normal_prior prior_;
    std::vector<std::size_t> first_row_;
    std::vector<double> table_; // rows of nodes: item by item, category by category
};

/// Adds `rows` rows of `nodes` numbers element by element.
void add_rows(std::span<const double* const> rows, std::span<double> sum);

} // namespace gradesvc::irt
