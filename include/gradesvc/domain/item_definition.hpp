// An item as its author defines it: type, options, key, scoring rule, parameters. Plain values that own their texts;
// numbers that decide about points are kept as the exact text they were written with.
#pragma once

#include "gradesvc/domain/scoring_rule.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradesvc::domain {

enum class item_type : std::uint8_t {
    choice,
    inline_choice,
    gap_match,
    match,
    associate,
    order,
    text_entry,
    hotspot,
    select_point,
    extended_text,
    upload,
};
enum class cardinality : std::uint8_t { single, multiple, ordered };
enum class base_type : std::uint8_t { string, floating, integer };
enum class penalty_base : std::uint8_t { mark, max };
enum class irt_model : std::uint8_t { one_pl, two_pl, three_pl, four_pl, grm, gpcm };

/// The words of the JSON form, e.g. "gap_match".
std::string_view to_string(item_type);
std::string_view to_string(irt_model);

struct irt_parameters {
    irt_model model = irt_model::two_pl;
    double a = 1;
    std::vector<double> b; ///< one; the ascending thresholds of GRM, the steps of GPCM
    double c = 0;          ///< lower asymptote
    double d = 1;          ///< upper asymptote
};

struct unit_rules {
    std::vector<std::pair<std::string, exact_text>> factors = {}; ///< unit, what it multiplies the number with
    bool required = false;
    exact_text penalty = "1";
    penalty_base penalty_of = penalty_base::mark;
};

struct gap {
    std::string gap_id;
    std::vector<std::string> options = {}; ///< of inline_choice
};

struct skill_weight {
    std::size_t skill; ///< index in test_definition::skills
    exact_text weight;
};

struct test_item {
    std::string item_id;
    item_type type = item_type::choice;
    domain::cardinality cardinality = cardinality::single;
    domain::base_type base_type = base_type::string;
    std::vector<std::string> options = {}; ///< empty for a choice: any string
    std::vector<gap> gaps = {};
    std::vector<std::string> targets = {};
    answer_key correct = {};
    scoring_rule rule = {};
    std::optional<exact_text> max_score = {}; ///< default: 1, or what a mapping can reach
    bool cbm = false;                         ///< certainty-based marking
    bool decimal_comma = false;
    unit_rules units = {};
    std::vector<skill_weight> skills = {};
    std::optional<irt_parameters> irt = {};
    std::vector<std::pair<std::string, localized_text>> misconceptions = {}; ///< option, what choosing it shows
};

} // namespace gradesvc::domain
