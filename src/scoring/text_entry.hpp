// Text entry: the first matching entry of a list of texts or numbers wins. Immutable once built; thread-safe.
#pragma once

#include "gradesvc/domain/submission.hpp"
#include "gradesvc/domain/test_definition.hpp"
#include "scoring/accepted_number.hpp"
#include "scoring/answer_fault.hpp"
#include "scoring/footprint.hpp"
#include "scoring/mark.hpp"
#include "scoring/wildcard.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradesvc::scoring {

class text_rule {
public:
    text_rule(const domain::test_item& item, point_units& units);
    points full() const { return full_; }
    mark score(const domain::answer_value& answer) const;
    std::size_t memory() const { return heap::of(entries_); }
    answer_fault check(const domain::answer_value& answer) const;

private:
    struct entry {
        wildcard_pattern pattern;
        bool case_sensitive;
        mark earned;

        std::size_t memory() const { return heap::of(pattern); }
    };
    std::vector<entry> entries_;
    points full_;
};

class numeric_rule {
public:
    numeric_rule(const domain::test_item& item, point_units& units);
    points full() const { return full_; }
    mark score(const domain::answer_value& answer) const;
    std::size_t memory() const { return heap::of_all(entries_, units_); }
    answer_fault check(const domain::answer_value& answer) const;

private:
    struct entry {
        accepted_number accepted;
        mark earned;
        mark without_unit; // the unit is missing where it is required, or unknown

        std::size_t memory() const { return heap::of(accepted); }
    };
    mark match(const domain::exact& number, std::string_view unit) const;

    std::vector<entry> entries_;
    std::vector<std::pair<std::string, domain::exact>> units_;
    bool unit_required_;
    bool decimal_comma_;
    points full_;
};

} // namespace gradesvc::scoring
