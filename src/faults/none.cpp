#include "gradesvc/faults/fault.hpp"

namespace gradesvc::faults {

void point(std::string_view /*name*/) noexcept {}
void scoring(std::string_view /*submission*/) {}

} // namespace gradesvc::faults
