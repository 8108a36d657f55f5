// Files that tools read whole.
#pragma once

#include <string>

namespace gradesvc::tools {

/// The bytes of a file. Throws std::runtime_error that names it and says why it cannot be read.
std::string read_file(const std::string& path);

} // namespace gradesvc::tools
