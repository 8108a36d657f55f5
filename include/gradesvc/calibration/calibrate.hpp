// Item calibration: marginal maximum likelihood with theta ~ N(0, 1) (Bock & Aitkin 1981, Psychometrika 46, 443–459).
//
// EM cycles approach the maximum, Newton steps with the observed information (Louis 1982, JRSS B 44, 226–233) finish it;
// the same information gives the standard errors. Where it would cost too much, the cross-product of the persons' scores
// stands in for it. The estimates have the same bytes for any number of threads and any order of the persons.
#pragma once

#include "gradesvc/domain/item_definition.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace gradesvc::calibration {

inline constexpr std::uint8_t missing = 255;

struct responses {
    std::vector<std::size_t> steps = {};       ///< score steps m >= 1 of each item: its categories are 0 to m
    std::vector<std::uint8_t> categories = {}; ///< persons × items, a row a person; `missing` where nothing is known
};

struct progress {
    int iteration = 0;
    double log_likelihood = 0;
    double change = 0; ///< of the parameters, the largest
};

struct settings {
    domain::irt_model model = domain::irt_model::two_pl; ///< not 4PL; dichotomous ones take items with one step
    double d = 1;                                        ///< scaling constant of the test
    double theta_min = -6;
    double theta_max = 6;
    int points = 61; ///< of the quadrature, equally spaced, weights in proportion to the normal density
    int threads = 1;
    int max_iterations = 500;
    std::function<void(const progress&)> on_iteration = {};
};

enum class item_state : std::uint8_t {
    estimated,
    no_answers,
    no_variation,       ///< all answers are of one category
    empty_category,     ///< nobody is in some category
    no_finite_estimate, ///< the likelihood grows without end
    out_of_range, ///< beyond domain/definition_limits.hpp: b of an a near 0, a GRM with a < 0 or thresholds too near
};
std::string_view to_string(item_state);

/// Standard errors are empty where the data do not give any.
struct item_estimate {
    item_state state = item_state::estimated;
    domain::irt_parameters parameters = {};
    std::vector<double> intercepts = {}; ///< −D a b for each of b
    std::optional<double> a_se = {};
    std::vector<double> b_se = {};
    std::vector<double> intercept_se = {};
    std::optional<double> c_se = {};
};

enum class se_method : std::uint8_t { none, observed, cross_product };
std::string_view to_string(se_method);

struct calibration_result {
    std::vector<item_estimate> items = {}; ///< as in responses::steps
    std::size_t persons = 0;               ///< with at least one answer
    std::size_t patterns = 0;              ///< that differ
    std::size_t parameters = 0;
    double log_likelihood = 0; ///< of the items estimated, without priors
    int iterations = 0;
    bool converged = false;  ///< to a maximum, or to a ridge of them; false at a saddle point
    double max_gradient = 0; ///< by slope, intercepts and log odds of c
    se_method se = se_method::none;
};

// The priors of 3PL are the defaults of BILOG-MG: the slope of the normal metric is lognormal, the lower asymptote is
// beta with mean 1/5 and the weight of 20 answers. The other models have none.
inline constexpr double prior_log_slope_mean = 0; ///< of log(D a / 1.7)
inline constexpr double prior_log_slope_sd = 0.5;
inline constexpr double prior_c_alpha = 5;
inline constexpr double prior_c_beta = 17;

/// Persons without any answer are left out. Thread-safe; starts and ends threads of its own.
calibration_result calibrate(const responses&, const settings&);

} // namespace gradesvc::calibration
