// gradesvc audit: proves from the log that no submission was lost or doubled.
#pragma once

#include "gradesvc/audit/audit.hpp"
#include "gradesvc/tools/output.hpp"

#include <iosfwd>

namespace gradesvc::tools {

struct audit_options {
    audit::audit_options how;
    output_format format = output_format::text;
    bool terminal = false; ///< `err` is one: progress rewrites its line
};

/// Text: a table of tests and partitions, the sums, and the first findings of each kind. JSON: a line each for every
/// finding, for each test of each partition, and last for the sums. 0 = nothing found, 1 = findings; what throws could not
/// be done.
int run_audit(const audit_options&, ports::log& log, const app::topics& names, std::ostream& out, std::ostream& err);

} // namespace gradesvc::tools
