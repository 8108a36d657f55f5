// Where a function falls through zero.
#pragma once

#include "irt/quadrature.hpp"

#include <cmath>
#include <optional>

namespace gradesvc::irt {

/// The root of `f` in [left, right], where f(left) > 0 > f(right), to 1e-13 by Ridders' method (1979): every step halves
/// the bracket at least.
template <class Function>
double bracketed_root(const Function& f, double left, double right, double at_left, double at_right) {
    double root = left;
    const auto narrow = [&](double x, double y) {
        if (x <= left || x >= right) return;
        (y > 0 ? left : right) = x;
        (y > 0 ? at_left : at_right) = y;
    };
    for (int i = 0; i < 60; ++i) {
        const double middle = left + (right - left) / 2;
        const double at_middle = f(middle);
        if (at_middle == 0) return middle;
        const double half = middle - left;
        const double next = middle + half * at_middle / std::sqrt(at_middle * at_middle - at_left * at_right);
        const double at_next = f(next);
        narrow(middle, at_middle);
        narrow(next, at_next);
        const bool settled = std::abs(next - root) <= 1e-13 * (1 + std::abs(next));
        root = next;
        if (at_next == 0 || settled) break;
    }
    return root;
}

/// The root nearest to `start` in the direction in which `f` points (up where it is positive); nullopt when `f` keeps its
/// sign, or vanishes, as far as matters. Steps are those of the grid within it, and double outside.
template <class Function>
std::optional<double> falling_root(const Function& f, double start, const quadrature& grid) {
    constexpr double far = 1e5;
    double from = start, at_from = f(from);
    if (at_from == 0) return from;
    const bool up = at_from > 0;
    double step = up ? grid.spacing() : -grid.spacing();
    while (std::abs(from) < far) {
        const double to = from + step, at_to = f(to);
        if (at_to == 0) {
            const double beyond = f(to + step);
            if (beyond == 0 || (beyond > 0) == up) return std::nullopt;
            return to;
        }
        if ((at_to > 0) != up)
            return up ? bracketed_root(f, from, to, at_from, at_to) : bracketed_root(f, to, from, at_to, at_from);
        from = to;
        at_from = at_to;
        if (from < grid.nodes.front() || from > grid.nodes.back()) step *= 2;
    }
    return std::nullopt;
}

} // namespace gradesvc::irt
