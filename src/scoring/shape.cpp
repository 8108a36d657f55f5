#include "scoring/shape.hpp"

#include <algorithm>

namespace gradesvc::scoring {

namespace mp = boost::multiprecision;
using domain::area_shape;

namespace {

mp::int256_t product(const grid_number& a, const grid_number& b) { return mp::int256_t(a) * mp::int256_t(b); }

// On which side of the line from a to b the point is: > 0, < 0, or 0 on it.
int side(const grid_point& a, const grid_point& b, const grid_point& point) {
    return product(b.x - a.x, point.y - a.y).compare(product(b.y - a.y, point.x - a.x));
}

} // namespace

shape::shape(const domain::area& area) : kind_(area.shape) {
    std::vector<grid_number> numbers;
    for (const double coordinate : area.coordinates) numbers.push_back(on_grid(coordinate));
    switch (kind_) {
    case area_shape::circle:
    case area_shape::ellipse:
        centre_ = {numbers[0], numbers[1]};
        rx_ = numbers[2];
        ry_ = kind_ == area_shape::circle ? rx_ : numbers[3];
        low_ = {centre_.x - rx_, centre_.y - ry_};
        high_ = {centre_.x + rx_, centre_.y + ry_};
        return;
    case area_shape::rect:
    case area_shape::poly:
    case area_shape::elsewhere: break;
    }
    for (std::size_t i = 0; i + 1 < numbers.size(); i += 2) corners_.push_back({numbers[i], numbers[i + 1]});
    low_ = high_ = corners_.front();
    for (const auto& [x, y] : corners_) {
        low_ = {std::min(low_.x, x), std::min(low_.y, y)};
        high_ = {std::max(high_.x, x), std::max(high_.y, y)};
    }
    if (kind_ == area_shape::rect) corners_.clear();
}

bool shape::contains(const grid_point& point) const {
    if (point.x < low_.x || point.x > high_.x || point.y < low_.y || point.y > high_.y) return false;
    switch (kind_) {
    case area_shape::circle: return in_circle(point);
    case area_shape::ellipse: return in_ellipse(point);
    case area_shape::poly: return in_polygon(point);
    case area_shape::rect:
    case area_shape::elsewhere: break;
    }
    return true;
}

bool shape::in_circle(const grid_point& point) const {
    const grid_number dx = point.x - centre_.x, dy = point.y - centre_.y;
    return product(dx, dx) + product(dy, dy) <= product(rx_, rx_);
}

bool shape::in_ellipse(const grid_point& point) const {
    const mp::int512_t x(product(point.x - centre_.x, ry_)), y(product(point.y - centre_.y, rx_)), r(product(rx_, ry_));
    return x * x + y * y <= r * r;
}

// Even-odd, as in HTML: a ray to the right crosses the outline an odd number of times.
bool shape::in_polygon(const grid_point& point) const {
    bool inside = false;
    for (std::size_t i = 0, last = corners_.size() - 1; i < corners_.size(); last = i++) {
        const auto& upper = corners_[i].y < corners_[last].y ? corners_[i] : corners_[last];
        const auto& lower = corners_[i].y < corners_[last].y ? corners_[last] : corners_[i];
        if (point.y < upper.y || point.y > lower.y) continue;
        const int where = side(upper, lower, point);
        if (where == 0 && point.x >= std::min(upper.x, lower.x) && point.x <= std::max(upper.x, lower.x)) return true;
        if (point.y < lower.y && where > 0) inside = !inside; // the lower end is of the next edge
    }
    return inside;
}

} // namespace gradesvc::scoring
