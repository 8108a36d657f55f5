// What the calibrated items of a test promise, as JSON.
#pragma once

#include "gradesvc/scoring/test_properties.hpp"

#include <string>

namespace gradesvc::tools {

void append_measurement(std::string& json, const scoring::test_properties& properties);

} // namespace gradesvc::tools
