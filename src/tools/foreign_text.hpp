// Bytes of unknown producers, shown to people and written as JSON.
#pragma once

#include "codec/object_writer.hpp"

#include <string>
#include <string_view>

namespace gradesvc::tools {

/// For a terminal: control characters and what is no UTF-8 as \xNN.
std::string printable(std::string_view bytes);

std::string base64(std::string_view bytes);

/// A member `name` when it is text, else NAME_base64.
void append_bytes(codec::object_writer& object, const std::string& name, std::string_view bytes);

} // namespace gradesvc::tools
