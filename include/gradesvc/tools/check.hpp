// gradesvc check: lints test definitions.
#pragma once

#include "gradesvc/tools/output.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace gradesvc::tools {

struct check_options {
    std::vector<std::string> files;
    output_format format = output_format::text;
};

/// Writes every error and warning with file, JSON pointer and reason; as JSON also what the calibrated items promise:
/// reliability, information, sum scores. 0 = no errors (warnings alone do not count),
/// 1 = errors, 2 = a file cannot be read.
int run_check(const check_options&, std::ostream& out, std::ostream& err);

} // namespace gradesvc::tools
