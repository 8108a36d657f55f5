// Choices: match_correct and map_response over options. Immutable once built; thread-safe.
#pragma once

#include "gradesvc/domain/submission.hpp"
#include "gradesvc/domain/test_definition.hpp"
#include "scoring/footprint.hpp"
#include "scoring/mark.hpp"
#include "scoring/point_units.hpp"

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::scoring {

class choice_rule {
public:
    choice_rule(const domain::test_item& item, std::string_view locale, point_units& units);

    /// What a whole answer earns at most.
    points full() const { return full_; }
    mark score(const domain::answer_value& answer) const;

    /// What is wrong with an answer, or with its member at `member` if that is not npos; "" = nothing.
    std::string_view check(const domain::answer_value& answer, std::size_t& member) const;

    std::size_t memory() const { return heap::of_all(options_, sorted_); }

private:
    struct option {
        std::string_view text; // of the definition
        points value = 0;
        bool correct = false;
        std::string misconception = {};

        std::size_t memory() const { return heap::of(misconception); }
    };
    static constexpr std::size_t most_options = 1024;
    using ticks = std::bitset<most_options>;

    void add_options(const domain::test_item& item, std::string_view locale);
    option& add_option(std::string_view text);
    void map_options(const domain::test_item& item, point_units& units);
    void limit(const domain::test_item& item, point_units& units);
    std::size_t find(std::string_view text) const; // options_.size() when there is none
    mark one(std::string_view text) const;
    mark several(std::span<const domain::answer_value> members) const;
    mark finish(mark marked, const ticks& ticked) const;
    points clamp(points value) const { return value < lower_ ? lower_ : value > upper_ ? upper_ : value; }

    std::vector<option> options_;       // in the order of the definition
    std::vector<std::uint16_t> sorted_; // by text; empty when there are so few that a scan is faster
    bool open_ = false;                 // any string is an option
    bool single_ = true;
    bool match_ = true; // match_correct
    std::size_t correct_count_ = 0;
    bool has_misconceptions_ = false;
    points full_ = 0;
    points wrong_ = 0; // of match_correct
    points other_ = 0; // of what is not mapped
    points lower_ = 0;
    points upper_ = 0;
};

} // namespace gradesvc::scoring
