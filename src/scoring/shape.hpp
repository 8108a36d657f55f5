// The shapes of areas: circle x,y,r · rect left,top,right,bottom · poly x,y,… · ellipse x,y,rx,ry, as in QTI and HTML.
// The boundary is inside. All decisions are exact. Immutable once built; thread-safe.
#pragma once

#include "gradesvc/domain/scoring_rule.hpp"
#include "scoring/footprint.hpp"
#include "scoring/grid_point.hpp"

#include <vector>

namespace gradesvc::scoring {

class shape {
public:
    /// Not of area_shape::elsewhere.
    explicit shape(const domain::area& area);

    /// Linear in the number of corners; does not allocate.
    bool contains(const grid_point& point) const;
    std::size_t memory() const { return block(corners_.capacity() * sizeof(grid_point)); }

private:
    bool in_circle(const grid_point& point) const;
    bool in_ellipse(const grid_point& point) const;
    bool in_polygon(const grid_point& point) const;

    domain::area_shape kind_;
    grid_point low_, high_;           // the box around it
    std::vector<grid_point> corners_; // of poly
    grid_point centre_;               // of circle and ellipse
    grid_number rx_, ry_;
};

} // namespace gradesvc::scoring
