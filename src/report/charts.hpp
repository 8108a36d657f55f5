// The charts of a report as fields for their templates in web/report: positions in the picture, and the same in words.
// A picture is `chart_width` units wide, about as many as a phone has pixels.
#pragma once

#include "report/document.hpp"
#include "report/page_template.hpp"

namespace gradesvc::report {

inline constexpr double chart_width = 360;
inline constexpr double chart_margin = 12; ///< left and right of an axis

/// A coordinate: one decimal, a point, no locale.
std::string coordinate(double);

/// A straight axis from `low` to `high`.
class axis {
public:
    axis(double low, double high) : low_(low), span_(high > low ? high - low : 1) {}
    double at(double value) const { // within the picture, whatever the value
        const double share = (value - low_) / span_;
        const double inside = share > 0 ? (share < 1 ? share : 1) : 0;
        return chart_margin + inside * (chart_width - 2 * chart_margin);
    }

private:
    double low_, span_;
};

/// Where the score stands on its scale, with possible range and levels.
data score_chart(const document&);

/// Items by difficulty and outcome around the estimated ability; false without item parameters or ability.
data item_map(const document&);

/// The time of each item; false without times.
data time_chart(const document&);

} // namespace gradesvc::report
