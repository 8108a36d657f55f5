// gradesvc verify: computes stored results again and compares bytes.
#pragma once

#include "gradesvc/audit/verify.hpp"
#include "gradesvc/tools/output.hpp"

#include <iosfwd>

namespace gradesvc::tools {

struct verify_options {
    audit::verify_options how;
    output_format format = output_format::text;
    bool terminal = false; ///< `err` is one: progress rewrites its line
};

/// A line for each result that differs (text: of the first 20), and last the sums. 0 = all equal, 1 = differences; what
/// throws could not be done.
int run_verify(const verify_options&, ports::log& log, const app::topics& names, std::ostream& out, std::ostream& err);

} // namespace gradesvc::tools
