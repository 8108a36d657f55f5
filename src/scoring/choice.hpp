// Choices, single and multiple. Immutable once built; thread-safe. Refers to the definition, which must outlive it.
#pragma once

#include "gradesvc/domain/item_definition.hpp"
#include "gradesvc/domain/submission.hpp"
#include "scoring/answer_fault.hpp"
#include "scoring/footprint.hpp"
#include "scoring/mark.hpp"
#include "scoring/option_sum.hpp"
#include "scoring/text_index.hpp"

#include <bitset>
#include <span>
#include <string_view>
#include <vector>

namespace gradesvc::scoring {

class choice_rule {
public:
    choice_rule(const domain::test_item& item, point_units& units);

    /// What a whole answer earns at most.
    points full() const { return full_; }
    mark score(const domain::answer_value& answer) const;
    answer_fault check(const domain::answer_value& answer) const;

    std::size_t memory() const { return heap::of_all(texts_, options_, sum_); }

private:
    struct option {
        bool correct = false;
        const domain::localized_text* misconception = nullptr;
    };
    struct tally {
        std::bitset<1024> options; // more than a definition can name
        std::size_t right = 0, wrong = 0;
        points sum = 0;
    };
    enum class method : std::uint8_t { match, sum, halves };

    mark one(std::string_view text) const;
    mark several(std::span<const domain::answer_value> members) const;
    tally count(std::span<const domain::answer_value> members) const;
    points half(const tally& ticked) const;
    const domain::localized_text* misconception(const tally& ticked) const;

    text_index texts_;            // all that the definition names, its options first
    std::vector<option> options_; // by text
    bool open_ = false;           // any string is an option
    bool single_ = true;
    bool mapped_ = false; // by a mapping: the outcome follows from the points alone
    bool has_misconceptions_ = false;
    method method_ = method::match;
    std::size_t correct_count_ = 0;
    points full_ = 0;
    points wrong_ = 0;              // of match
    points half_ = 0, quarter_ = 0; // of halves
    option_sum sum_ = {};           // of sum
};

} // namespace gradesvc::scoring
