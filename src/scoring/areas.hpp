// Areas: hotspot and select_point by map_response_point. A point earns all areas that it lies in, an area_id the one that
// it names; each area counts once. A point in no area earns that of the shape `default` if there is one, else
// default_score, once for each distinct point. Immutable once built; thread-safe. Refers to the definition, which must
// outlive it.
#pragma once

#include "gradesvc/domain/definition_limits.hpp"
#include "gradesvc/domain/item_definition.hpp"
#include "gradesvc/domain/submission.hpp"
#include "scoring/answer_fault.hpp"
#include "scoring/footprint.hpp"
#include "scoring/mark.hpp"
#include "scoring/point_limits.hpp"
#include "scoring/shape.hpp"
#include "scoring/text_index.hpp"

#include <bitset>
#include <optional>
#include <span>
#include <vector>

namespace gradesvc::scoring {

class area_rule {
public:
    area_rule(const domain::test_item& item, point_units& units);

    /// What a whole answer earns at most.
    points full() const { return full_; }
    mark score(const domain::answer_value& answer) const;
    answer_fault check(const domain::answer_value& answer) const;
    std::size_t memory() const { return heap::of_all(ids_, areas_); }

private:
    struct area {
        std::optional<scoring::shape> shape; // none: elsewhere
        points value;

        std::size_t memory() const { return heap::of(shape); }
    };
    using hits = std::bitset<domain::limits::areas>;

    bool hit(const grid_point& point, hits& areas) const; // false: it missed all
    std::string_view check_member(const domain::answer_value& member) const;

    bool hotspot_;
    bool single_;
    text_index ids_;
    std::vector<area> areas_;              // by id
    std::optional<std::size_t> elsewhere_; // in areas_
    points full_ = 0;
    points other_ = 0; // of a point in no area
    point_limits limits_ = {};
};

} // namespace gradesvc::scoring
