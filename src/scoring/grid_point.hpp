// Places on an image, exactly: coordinates are integers in units of 10^-27, in which every number of 17 digits from
// 1e-10 up has its place; what is finer is rounded. Numbers mean their shortest decimals: 0.1 is a tenth.
#pragma once

#include "gradesvc/domain/submission.hpp"

#include <boost/multiprecision/cpp_int.hpp>

namespace gradesvc::scoring {

using grid_number = boost::multiprecision::int128_t; // products of two are int256_t; none of these allocates

/// `number` is within ± limits::scale, as coordinates of definitions are.
grid_number on_grid(double number);

struct grid_point {
    grid_number x, y;
    bool operator==(const grid_point&) const = default;
    bool operator<(const grid_point& other) const { return x < other.x || (x == other.x && y < other.y); }
};

/// `value` is a list of two numbers.
bool is_point(const domain::answer_value& value);
/// A point beyond every area is moved to a place that is beyond them, too.
grid_point point_of(const domain::answer_value& value);

} // namespace gradesvc::scoring
