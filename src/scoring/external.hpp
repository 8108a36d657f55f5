// Items that are scored outside: extended_text and upload. What was handed in waits, without points. Immutable once built;
// thread-safe.
#pragma once

#include "gradesvc/domain/item_definition.hpp"
#include "gradesvc/domain/submission.hpp"
#include "scoring/answer_fault.hpp"
#include "scoring/mark.hpp"

namespace gradesvc::scoring {

class external_rule {
public:
    external_rule(const domain::test_item& item, point_units& units);

    /// What a whole answer earns at most.
    points full() const { return full_; }
    mark score(const domain::answer_value&) const { return {item_outcome::pending}; }
    /// An upload is named by a URI (RFC 3986; other letters than ASCII may stand in it), which is never fetched.
    answer_fault check(const domain::answer_value& answer) const;
    std::size_t memory() const { return 0; }

private:
    bool upload_;
    points full_;
};

} // namespace gradesvc::scoring
