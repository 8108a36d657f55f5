#include "irt/sum_score.hpp"

#include "irt/elementary.hpp"

#include <cmath>

namespace gradesvc::irt {

namespace {

// P(sum | node) of all sums.
std::vector<double> sums_at(const item_bank& bank, std::size_t node) {
    std::vector<double> sums{1};
    for (std::size_t i = 0; i < bank.size(); ++i) {
        const auto top = categories(bank.item(i)) - 1;
        std::vector<double> next(sums.size() + top, 0.0);
        for (std::size_t k = 0; k <= top; ++k) {
            const double p = exp(bank.row(i, static_cast<response>(k))[node]);
            for (std::size_t s = 0; s < sums.size(); ++s) next[s + k] += sums[s] * p;
        }
        sums = std::move(next);
    }
    return sums;
}

} // namespace

std::vector<sum_score_line> sum_score_table(const item_bank& bank) {
    const auto& grid = bank.grid();
    std::vector<std::vector<double>> by_node;
    for (std::size_t q = 0; q < grid.size(); ++q) by_node.push_back(sums_at(bank, q));
    std::vector<sum_score_line> table(by_node.front().size());
    for (std::size_t s = 0; s < table.size(); ++s) {
        auto& line = table[s];
        double square = 0;
        for (std::size_t q = 0; q < grid.size(); ++q) {
            const double mass = by_node[q][s] * grid.weights[q];
            line.probability += mass;
            line.eap += mass * grid.nodes[q];
        }
        line.eap = line.probability > 0 ? line.eap / line.probability : bank.prior().mean;
        for (std::size_t q = 0; q < grid.size(); ++q) {
            const double off = grid.nodes[q] - line.eap;
            square += by_node[q][s] * grid.weights[q] * off * off;
        }
        line.sd = line.probability > 0 ? std::sqrt(square / line.probability) : bank.prior().sd;
    }
    return table;
}

} // namespace gradesvc::irt
