#include "codec/definition_parts.hpp"
#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>

namespace gradesvc::codec {

namespace limits = domain::limits;

namespace {

std::size_t coordinates_of(domain::area_shape shape, std::size_t given) {
    switch (shape) {
    case domain::area_shape::circle: return 3;
    case domain::area_shape::rect:
    case domain::area_shape::ellipse: return 4;
    case domain::area_shape::poly: return given >= 6 && given % 2 == 0 ? given : 6;
    case domain::area_shape::elsewhere: break;
    }
    return 0;
}

bool has_negative_radius(const domain::area& area) {
    const bool round = area.shape == domain::area_shape::circle || area.shape == domain::area_shape::ellipse;
    return round && std::any_of(area.coordinates.begin() + 2, area.coordinates.end(), [](double r) { return r < 0; });
}

void read_area(object_reader& json, domain::scoring_rule& target, distinct_ids& ids) {
    domain::area area;
    if (const auto id = json.need("area_id"))
        area.area_id = read_id(json.errors(), id, json.at("area_id"), true).value_or("");
    ids.add(json.errors(), json.at("area_id"), area.area_id);
    if (json.need("shape"))
        json.word("shape", area.shape,
                  {{"circle", domain::area_shape::circle},
                   {"rect", domain::area_shape::rect},
                   {"poly", domain::area_shape::poly},
                   {"ellipse", domain::area_shape::ellipse},
                   {"default", domain::area_shape::elsewhere}});
    if (const auto list = json.take_list("coords", json_kind::array, 0, limits::coordinates))
        for (const auto member : list)
            area.coordinates.push_back(
                read_number(json.errors(), member, json.at("coords"), -limits::scale, limits::scale).value_or(0));
    if (area.coordinates.size() != coordinates_of(area.shape, area.coordinates.size()))
        json.error("coords", "has the wrong number of coordinates for this shape");
    else if (has_negative_radius(area))
        json.error("coords", "a radius must not be negative");
    if (area.shape == domain::area_shape::elsewhere &&
        std::any_of(target.areas.begin(), target.areas.end(),
                    [](const auto& a) { return a.shape == domain::area_shape::elsewhere; }))
        json.error("shape", "a second default area: there is one elsewhere");
    area.score = read_score(json, "score");
    json.finish("an area");
    target.areas.push_back(std::move(area));
}

} // namespace

void read_areas(object_reader& rule, domain::scoring_rule& target) {
    if (!rule.need("areas")) return;
    const auto list = rule.take_list("areas", json_kind::array, 1, limits::areas);
    if (!list) return;
    distinct_ids ids;
    for (const auto member : list) {
        object_reader json(rule.errors(), member, rule.at("areas") + "/" + std::to_string(target.areas.size()));
        read_area(json, target, ids);
    }
}

} // namespace gradesvc::codec
