#include "tools/measurement.hpp"

#include "codec/object_writer.hpp"

namespace gradesvc::tools {

void append_measurement(std::string& json, const scoring::test_properties& properties) {
    codec::object_writer object(json);
    object.integer("items", properties.items).number("marginal_reliability", properties.marginal_reliability);
    auto& points = object.key("information") += '[';
    for (const auto& point : properties.information) {
        if (points.back() == '}') points += ',';
        codec::object_writer(points)
            .number("theta", point.theta)
            .number("information", point.information)
            .number("se", point.se)
            .close();
    }
    json += ']';
    auto& sums = object.key("sum_scores") += '[';
    std::int64_t sum = 0;
    for (const auto& point : properties.sum_scores) {
        if (sums.back() == '}') sums += ',';
        codec::object_writer(sums)
            .integer("sum", sum++)
            .number("probability", point.probability)
            .number("theta", point.theta)
            .number("se", point.se)
            .close();
    }
    json += ']';
    object.close();
}

} // namespace gradesvc::tools
