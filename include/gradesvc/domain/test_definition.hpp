// A test as its authors define it: items with keys and rules, skills, ability model. A plain value that owns its texts;
// codec/definition.hpp makes valid ones from JSON. Numbers that decide about points are kept as the exact text they were
// written with (decimals or fractions p/q): the engine computes with them exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradesvc::domain {

/// Text for people in one or more languages; a language of "" is text given without one.
struct localized_text {
    std::vector<std::pair<std::string, std::string>> texts = {}; ///< language, text

    bool empty() const { return texts.empty(); }
    /// The text for a locale: of exactly that one, else of its language, else the first. "" when there is none.
    std::string_view in(std::string_view locale) const;
};

using exact_text = std::string; ///< an exact decimal or fraction as written

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
enum class rule_kind : std::uint8_t {
    match_correct,
    map_response,
    edc,
    halves,
    per_option,
    adjacent_pairs,
    position,
    text,
    numeric,
    map_response_point,
    external,
};
enum class option_penalty : std::uint8_t {
    wrong_count,
    wrong_count_2,
    correct_count,
    all,
    none
}; ///< false, false2, true
enum class tolerance_type : std::uint8_t { absolute, relative, percent, geometric, range, sigfig, decimals };
enum class penalty_base : std::uint8_t { mark, max };
enum class area_shape : std::uint8_t { circle, rect, poly, ellipse, elsewhere };
enum class blank_policy : std::uint8_t { wrong, missing, trailing_missing };
enum class ability_estimator : std::uint8_t { eap, map, mle, wle, none };
enum class irt_model : std::uint8_t { one_pl, two_pl, three_pl, four_pl, grm, gpcm };

/// The words of the JSON form, e.g. "gap_match".
std::string_view to_string(item_type);
std::string_view to_string(rule_kind);
std::string_view to_string(irt_model);

struct text_key {
    std::string value;
    bool wildcard = false; ///< `*` stands for any text, `\*` for itself
    bool case_sensitive = false;
    exact_text fraction = "1";
};

struct numeric_key {
    std::string value; ///< a range as written for tolerance_type::range
    tolerance_type type = tolerance_type::absolute;
    exact_text tolerance = "0";
    std::optional<exact_text> upper_tolerance = {}; ///< second of a percent pair
    exact_text fraction = "1";
};

/// What is right; which member is in use follows from type and rule of the item.
struct answer_key {
    std::vector<std::string> options = {};                       ///< choice, order
    std::vector<std::pair<std::string, std::string>> pairs = {}; ///< inline_choice, gap_match, match, associate
    std::vector<text_key> texts = {};                            ///< rule text
    std::vector<numeric_key> numbers = {};                       ///< rule numeric
};

struct map_entry {
    std::vector<std::string> value; ///< one option, or a pair
    exact_text score;
};

struct area {
    std::string area_id;
    area_shape shape = area_shape::circle;
    std::vector<double> coordinates;
    exact_text score;
};

struct rubric_criterion {
    std::string criterion_id;
    localized_text label;
    exact_text max;
};

struct scoring_rule {
    rule_kind kind = rule_kind::match_correct;
    std::optional<exact_text> wrong_score = {};
    std::optional<std::vector<map_entry>> mapping = {};
    exact_text default_score = "0";
    std::optional<exact_text> lower_bound = {};
    std::optional<exact_text> upper_bound = {};
    option_penalty penalty = option_penalty::wrong_count_2;
    std::vector<area> areas = {};
    std::vector<rubric_criterion> rubric = {};
};

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
