// An interval of exact numbers, each end open or closed.
#pragma once

#include "domain/exact.hpp"

#include <optional>
#include <string_view>

namespace gradesvc::domain {

struct number_range {
    exact low, high;
    bool low_open = false;
    bool high_open = false;

    bool contains(const exact& number) const {
        return (low_open ? low < number : low <= number) && (high_open ? number < high : number <= high);
    }
};

/// `[9.7,9.9)`: brackets are closed ends, parentheses open ones. nullopt when it is none, or empty.
std::optional<number_range> parse_range(std::string_view text);

} // namespace gradesvc::domain
