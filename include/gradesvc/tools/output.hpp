// What all tools share.
#pragma once

#include <cstdint>

namespace gradesvc::tools {

enum class output_format : std::uint8_t { text, json };

} // namespace gradesvc::tools
