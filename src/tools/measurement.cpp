#include "tools/measurement.hpp"

#include "codec/append_array.hpp"
#include "codec/object_writer.hpp"

namespace gradesvc::tools {

void append_measurement(std::string& json, const scoring::test_properties& properties) {
    codec::object_writer object(json);
    object.integer("items", properties.items).number("marginal_reliability", properties.marginal_reliability);
    codec::append_array(object.key("information"), properties.information, [&](const auto& point) {
        codec::object_writer(json)
            .number("theta", point.theta)
            .number("information", point.information)
            .number("se", point.se)
            .close();
    });
    std::int64_t sum = 0;
    codec::append_array(object.key("sum_scores"), properties.sum_scores, [&](const auto& point) {
        codec::object_writer(json)
            .integer("sum", sum++)
            .number("probability", point.probability)
            .number("theta", point.theta)
            .number("se", point.se)
            .close();
    });
    object.close();
}

} // namespace gradesvc::tools
