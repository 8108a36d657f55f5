// Exact numbers: the rationals that keys, tolerances and points are computed with. Parsing is bounded: no text, however
// hostile, makes a number that is slow to handle.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::domain {

using exact = boost::multiprecision::cpp_rational;
using exact_integer = boost::multiprecision::cpp_int;

struct number_limits {
    int digits;   ///< of the mantissa
    int exponent; ///< the leading digit's power of ten, either sign
};

/// What parse_decimal found at the start of a text.
struct decimal_prefix {
    std::size_t length = 0;          ///< bytes of the number, 0: there is none
    std::optional<exact> value = {}; ///< nullopt: beyond the limits
};

/// Reads sign (`+`, `-`, U+2212), digits with at most one separator (`.`, with decimal_comma also `,`) and an exponent,
/// as far as they go. `.5`, `5.` and `5e3` are numbers, `.`, `e3` and `-` are none; an `e` without digits after it is
/// not part of the number. A number smaller than the limits is the smallest one of its sign: it still compares rightly.
decimal_prefix parse_decimal(std::string_view text, number_limits limits, bool decimal_comma = false);

/// A whole text that is a decimal or a fraction `p/q` of integers, as keys have it, within the limits of definitions.
std::optional<exact> parse_exact(std::string_view text);

/// The nearest double (ties to even). The same on every platform.
double to_double(const exact& value);

} // namespace gradesvc::domain
