// The numbers that one entry of a numeric key accepts. All comparisons are exact. Immutable, thread-safe.
#pragma once

#include "domain/number_range.hpp"
#include "gradesvc/domain/test_definition.hpp"
#include "scoring/footprint.hpp"

namespace gradesvc::scoring {

class accepted_number {
public:
    explicit accepted_number(const domain::numeric_key& key);

    bool accepts(const domain::exact& number) const;

    std::size_t memory() const { return heap::of_all(range_.low, range_.high); }

private:
    domain::exact rounded(const domain::exact& number) const;

    domain::tolerance_type type_;
    int digits_ = 0;             // of sigfig and decimals
    domain::number_range range_; // of the others; of sigfig and decimals both ends are the rounded key
};

/// Half away from zero, to so many decimals or significant figures, as QTI's equalRounded does.
domain::exact round_to_decimals(const domain::exact& number, int decimals);
domain::exact round_to_figures(const domain::exact& number, int figures);

} // namespace gradesvc::scoring
