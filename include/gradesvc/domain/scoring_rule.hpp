// How an item is scored: its key and its rule. Plain values that own their texts; numbers that decide about points are kept
// as the exact text they were written with (decimals or fractions p/q): the engine computes with them exactly.
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
/// wrong_count, wrong_count_2, correct_count: "false", "false2", "true".
enum class option_penalty : std::uint8_t { wrong_count, wrong_count_2, correct_count, all, none };
enum class tolerance_type : std::uint8_t { absolute, relative, percent, geometric, range, sigfig, decimals };
enum class area_shape : std::uint8_t { circle, rect, poly, ellipse, elsewhere };

/// The word of the JSON form, e.g. "map_response".
std::string_view to_string(rule_kind);

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

} // namespace gradesvc::domain
