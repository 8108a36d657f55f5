// Headers of a record as one blob: for each, its name and value, both with their length in front (LEB128).
#pragma once

#include "gradesvc/ports/record.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::ports {

/// Appends to `out`.
void encode_headers(std::span<const header> headers, std::string& out);

/// The views point into `blob`. Throws log_error when it is not what encode_headers writes.
std::vector<header_view> decode_headers(std::string_view blob);

} // namespace gradesvc::ports
