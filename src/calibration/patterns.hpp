// The data as the estimation reads them: each response pattern once, with its frequency, as the short list of what is
// unusual about it.
#pragma once

#include "gradesvc/calibration/calibrate.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gradesvc::calibration {

/// An item's states are its categories 0 to m, and m + 1 = missing. The most frequent one is the reference: patterns list
/// the others, each of which is a column.
struct item_states {
    std::size_t item = 0; ///< index in responses::steps
    std::size_t steps = 1;
    std::size_t reference = 0;
    std::size_t first_state = 0;             ///< of its categories among those of all items
    std::vector<std::uint16_t> columns = {}; ///< by state; that of the reference is not used
};

struct column_meaning {
    std::size_t item; ///< index in pattern_set::items
    std::size_t state;
};

struct pattern_set {
    std::vector<item_states> items = {};
    std::vector<column_meaning> columns = {}; ///< ascending by item
    std::size_t states = 0;                   ///< categories of all items
    std::vector<double> frequency = {};       ///< of each pattern
    std::vector<std::size_t> first = {};      ///< of each pattern in `listed`, and the end
    std::vector<std::uint16_t> listed = {};   ///< columns, ascending within a pattern
    std::size_t persons = 0;

    std::size_t size() const { return frequency.size(); }
    std::span<const std::uint16_t> list(std::size_t pattern) const {
        return std::span(listed).subspan(first[pattern], first[pattern + 1] - first[pattern]);
    }
    double pairs() const; ///< of columns that stand in a list together, over all patterns
};

/// Of the items given by their indices. Persons without any answer to them are left out.
pattern_set make_patterns(const responses&, std::span<const std::size_t> items);

/// By item, how many persons are in each category; the last place is for missing.
std::vector<std::vector<std::size_t>> count_states(const responses&);

} // namespace gradesvc::calibration
