#include "scoring/areas.hpp"

#include <algorithm>

namespace gradesvc::scoring {

using domain::answer_value;
using domain::exact;

namespace {

// The greatest sum that can be reached, before upper_bound; nullopt when there is no end to it. Of a single one the best
// area, wherever areas overlap.
std::optional<exact> reachable(const domain::test_item& item) {
    const exact other = value_of(item.rule.default_score);
    const auto& areas = item.rule.areas;
    const bool everywhere = std::any_of(areas.begin(), areas.end(),
                                        [](const auto& area) { return area.shape == domain::area_shape::elsewhere; });
    const exact missed = everywhere ? exact(0) : std::max<exact>(other, 0);
    exact best = missed, sum = 0;
    for (const auto& area : areas) {
        best = std::max(best, value_of(area.score));
        sum += std::max<exact>(value_of(area.score), 0);
    }
    if (item.cardinality == domain::cardinality::single) return best;
    if (missed > 0) return std::nullopt;
    return sum;
}

// One member is a list of one, so that [x,y] is a point and not two members.
std::span<const answer_value> members_of(const answer_value& answer) {
    if (answer.what == answer_value::kind::list && !is_point(answer)) return answer.members;
    return {&answer, 1};
}

} // namespace

area_rule::area_rule(const domain::test_item& item, point_units& units)
    : hotspot_(item.type == domain::item_type::hotspot), single_(item.cardinality == domain::cardinality::single) {
    std::vector<std::string_view> ids;
    for (const auto& given : item.rule.areas) {
        ids.push_back(given.area_id);
        if (given.shape == domain::area_shape::elsewhere) elsewhere_ = areas_.size();
        auto& added = areas_.emplace_back(area{{}, units(value_of(given.score))});
        if (given.shape != domain::area_shape::elsewhere) added.shape.emplace(given);
    }
    ids_ = text_index(ids);
    full_ = units(max_of_sum(item, reachable(item)));
    other_ = units(value_of(item.rule.default_score), static_cast<unsigned>(domain::limits::answer_points));
    limits_ = limits_of(item.rule, 1, full_, floor_default::none, units);
}

bool area_rule::hit(const grid_point& point, hits& areas) const {
    bool inside = false;
    for (std::size_t i = 0; i < areas_.size(); ++i) {
        if (!areas_[i].shape || !areas_[i].shape->contains(point)) continue;
        areas[i] = true;
        inside = true;
    }
    if (!inside && elsewhere_) areas[*elsewhere_] = true;
    return inside || elsewhere_;
}

mark area_rule::score(const answer_value& answer) const {
    const auto members = members_of(answer);
    hits areas;
    std::vector<grid_point> missed;
    for (const auto& member : members.first(std::min(members.size(), domain::limits::answer_points))) {
        if (is_point(member)) {
            const auto point = point_of(member);
            if (!hit(point, areas)) missed.push_back(point);
        } else if (const auto index = ids_.find(member.text); index != text_index::none) {
            areas[index] = true;
        }
    }
    std::sort(missed.begin(), missed.end());
    const auto distinct = std::unique(missed.begin(), missed.end()) - missed.begin();
    points sum = other_ * static_cast<points>(distinct);
    for (std::size_t i = 0; i < areas_.size(); ++i) sum += areas[i] ? areas_[i].value : 0;
    const points value = limits_.clamp(sum);
    return {outcome_of(value, full_), value};
}

std::string_view area_rule::check_member(const answer_value& member) const {
    if (is_point(member)) return {};
    if (!hotspot_) return "must be a point [x, y], two numbers";
    if (member.what != answer_value::kind::text) return "must be an area_id or a point [x, y], two numbers";
    return ids_.find(member.text) == text_index::none ? "is not an area of this item" : "";
}

answer_fault area_rule::check(const answer_value& answer) const {
    const auto members = members_of(answer);
    if (members.data() == &answer) return {check_member(answer)};
    if (members.size() > domain::limits::answer_points) return {too_many_members};
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (auto why = check_member(members[i]); !why.empty()) return {why, i};
        if (!single_ || i == 0) continue;
        const bool same = is_point(members[i]) ? is_point(members[0]) && point_of(members[i]) == point_of(members[0])
                                               : members[i].text == members[0].text;
        if (!same) return {hotspot_ ? "is a second area of a single one" : "is a second point of a single one", i};
    }
    return {};
}

} // namespace gradesvc::scoring
