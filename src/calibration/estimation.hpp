// The way to the maximum: EM cycles, then Newton steps.
#pragma once

#include "calibration/linear.hpp"
#include "calibration/maximization.hpp"
#include "gradesvc/calibration/calibrate.hpp"

#include <cstddef>
#include <vector>

namespace gradesvc::calibration {

struct estimation {
    std::vector<double> x = {};
    std::vector<std::size_t> endless =
        {}; ///< items (of the problem) whose parameters run away; then nothing else counts
    double log_likelihood = 0;
    int iterations = 0;
    bool converged = false;
    double max_gradient = 0;
    se_method se = se_method::none;
    matrix covariance = matrix(0);
};

estimation estimate(const problem&, const settings&);

} // namespace gradesvc::calibration
