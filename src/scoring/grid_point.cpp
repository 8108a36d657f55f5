#include "scoring/grid_point.hpp"

#include "domain/exact.hpp"
#include "gradesvc/domain/definition_limits.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace gradesvc::scoring {

using domain::answer_value;

namespace {

constexpr int decimals = 27;
constexpr double beyond = 4 * domain::limits::scale; // areas reach 2 × scale

grid_number ten_to_the(int power) {
    grid_number result = 1;
    for (; power > 0; --power) result *= 10;
    return result;
}

// A number that a double cannot hold is beyond all, or next to nothing.
double beyond_doubles(std::string_view number) {
    constexpr domain::number_limits limits{4000, 400};
    const auto value = domain::parse_decimal(number, limits).value;
    if (value && abs(*value) < 1) return 0;
    return number.starts_with('-') ? -beyond : beyond;
}

double nearest(std::string_view number) {
    double value = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), value);
    if (parsed.ec != std::errc()) return beyond_doubles(number);
    return value > beyond ? beyond : value < -beyond ? -beyond : value;
}

} // namespace

grid_number on_grid(double number) {
    std::array<char, 32> text{}; // d.ddde±xx
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), std::fabs(number), std::chars_format::scientific).ptr;
    std::int64_t digits = 0;
    int power = decimals;
    bool fraction = false;
    const char* c = text.data();
    for (; c != end && *c != 'e'; ++c) {
        if (*c == '.') {
            fraction = true;
            continue;
        }
        digits = digits * 10 + (*c - '0');
        power -= fraction ? 1 : 0;
    }
    int exponent = 0;
    if (c != end) std::from_chars(c + (c[1] == '+' ? 2 : 1), end, exponent);
    power += exponent;
    grid_number place = 0;
    if (power >= 0) {
        place = digits * ten_to_the(power);
    } else if (power > -19) {
        const grid_number unit = ten_to_the(-power);
        place = (digits + unit / 2) / unit;
    }
    return number < 0 ? grid_number(-place) : place;
}

bool is_point(const answer_value& value) {
    return value.what == answer_value::kind::list && value.members.size() == 2 &&
           value.members[0].what == answer_value::kind::number && value.members[1].what == answer_value::kind::number;
}

grid_point point_of(const answer_value& value) {
    return {on_grid(nearest(value.members[0].text)), on_grid(nearest(value.members[1].text))};
}

} // namespace gradesvc::scoring
