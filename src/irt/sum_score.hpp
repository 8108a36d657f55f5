// What the plain sum of categories says about ability: a table from sum score to scale for a whole form.
#pragma once

#include "irt/item_bank.hpp"

#include <vector>

namespace gradesvc::irt {

struct sum_score_line {
    double probability = 0; ///< of this sum in the population of the prior
    double eap = 0;         ///< mean of the posterior given the sum
    double sd = 0;          ///< its standard deviation
};

/// A line for each sum from 0 to the largest. P(sum | θ) by the recursion of Lord & Wingersky (1984), then EAP as of
/// Thissen, Pommerich, Billeaud & Williams (1995). Time items × sums × nodes.
std::vector<sum_score_line> sum_score_table(const item_bank& bank);

} // namespace gradesvc::irt
