// What the calibrated items of a test promise, whoever takes it.
#pragma once

#include <vector>

namespace gradesvc::scoring {

struct information_point {
    double theta = 0;
    double information = 0; ///< Fisher's
    double se = 0;          ///< 1/√information
};

/// What a sum of item categories says of ability (Lord & Wingersky 1984, Thissen et al. 1995).
struct sum_score_point {
    double probability = 0; ///< of the sum in the population of the prior
    double theta = 0;       ///< EAP given the sum
    double se = 0;          ///< posterior standard deviation
};

struct test_properties {
    int items = 0;                                   ///< calibrated
    double marginal_reliability = 0;                 ///< mean of I/(I + 1/σ²) over the prior
    std::vector<information_point> information = {}; ///< at the whole numbers of theta within the quadrature
    std::vector<sum_score_point> sum_scores = {};    ///< by sum from 0; empty where it would take too long
};

} // namespace gradesvc::scoring
