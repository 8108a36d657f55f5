// What `gradesvc calibrate` writes.
#pragma once

#include "gradesvc/calibration/calibrate.hpp"
#include "gradesvc/domain/test_definition.hpp"

#include <string>

namespace gradesvc::tools {

/// The definition `json` with all its members in their order, but `irt` and `irt_se` of its items and `calibration`, which
/// are those found. Items without an estimate have none.
std::string calibrated_definition(const std::string& json, const calibration::settings&,
                                  const calibration::calibration_result&);

/// A line an item: id, state, a, its standard error, then the same of b (commas between several) and c, tabs between.
std::string calibration_table(const domain::test_definition&, const calibration::calibration_result&);

/// Why an item has no estimate, in words; "" of item_state::estimated.
std::string_view reason(calibration::item_state);

} // namespace gradesvc::tools
