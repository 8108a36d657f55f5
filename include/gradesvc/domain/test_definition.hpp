// A test as its authors define it: items with keys and rules, skills, ability model. A plain value that owns its texts;
// codec/definition.hpp makes valid ones from JSON. Numbers that decide about points are kept as the exact text they were
// written with (decimals or fractions p/q): the engine computes with them exactly.
#pragma once

#include "gradesvc/domain/item_definition.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradesvc::domain {

enum class blank_policy : std::uint8_t { wrong, missing, trailing_missing };
enum class ability_estimator : std::uint8_t { eap, map, mle, wle, none };

struct skill {
    std::string skill_id;
    localized_text label; ///< never empty: its default is the id
    std::vector<std::size_t> prerequisites = {};
    double mastery_cut = 0;
    double weight = 1;
    std::vector<std::string> resources = {};
};

struct reporting_scale {
    double slope = 1;
    double intercept = 0;
    std::optional<double> min = {};
    std::optional<double> max = {};
    std::optional<double> step = {};
};

struct ability_settings {
    ability_estimator estimator = ability_estimator::eap;
    double d = 1;
    double prior_mean = 0;
    double prior_sd = 1;
    double quadrature_min = -6;
    double quadrature_max = 6;
    int quadrature_points = 61;
};

struct skill_model {
    std::vector<std::vector<double>> correlation;
    int points = 21;
};

struct level {
    localized_text label;
    double min = 0;
};

struct test_definition {
    std::string test_id;
    localized_text title = {};
    std::optional<std::int64_t> version = {};
    std::string locale = {};
    std::optional<std::int64_t> time_limit_s = {};
    domain::blank_policy blank_policy = blank_policy::wrong;
    bool negative_total = false;
    std::optional<reporting_scale> scale = {};
    ability_settings ability = {};
    std::vector<skill> skills = {};
    std::optional<domain::skill_model> skill_model = {};
    std::vector<level> levels = {}; ///< ascending
    std::vector<test_item> items = {};
};

} // namespace gradesvc::domain
