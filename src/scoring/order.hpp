// Orders: match_correct, adjacent_pairs, position. An answer has as many places as there are options: places that it
// leaves out are wrong, members beyond them count nothing, and each pair of neighbours counts once. Immutable once built;
// thread-safe. Refers to the definition, which must outlive it.
#pragma once

#include "gradesvc/domain/item_definition.hpp"
#include "gradesvc/domain/submission.hpp"
#include "scoring/answer_fault.hpp"
#include "scoring/footprint.hpp"
#include "scoring/mark.hpp"
#include "scoring/text_index.hpp"

#include <cstdint>
#include <span>

namespace gradesvc::scoring {

class order_rule {
public:
    order_rule(const domain::test_item& item, point_units& units);

    /// What a whole answer earns at most.
    points full() const { return full_; }
    mark score(const domain::answer_value& answer) const;
    answer_fault check(const domain::answer_value& answer) const;
    std::size_t memory() const { return heap::of(places_); }

private:
    std::size_t right_places(std::span<const domain::answer_value> members) const;
    std::size_t right_neighbours(std::span<const domain::answer_value> members) const;

    domain::rule_kind kind_;
    text_index places_; // the options in their correct order
    points full_ = 0;
    points wrong_ = 0; // of match_correct
    points share_ = 0; // of one place or one pair of neighbours
};

} // namespace gradesvc::scoring
