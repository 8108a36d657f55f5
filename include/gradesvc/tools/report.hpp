// gradesvc report: personal reports of submissions, as HTML files.
#pragma once

#include "gradesvc/scoring/scorer.hpp"
#include "gradesvc/tools/output.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace gradesvc::tools {

struct report_options {
    std::string test;                            ///< file of the definition
    std::string folder;                          ///< for the reports; made when it is not there
    std::optional<std::string> submissions = {}; ///< file, a submission a line; without it they come from `in`
    scoring::profile profile = scoring::profile::full;
    std::string engine_version;
    output_format format = output_format::text;
};

/// Writes a page for each submission, LINE-NAME.html with the submission's id, else its user's, as NAME. `out` gets the
/// path of each, or in JSON {"line":…,"submission_id":…,"user_id":…,"file":…}, in the order of the submissions; a bad
/// line is told on `err`, in JSON as {"line":…,"failure":…} on `out`. 0 = all written, 1 = bad lines, 2 = a file cannot be
/// read or written or the definition is not valid.
int run_report(const report_options&, std::istream& in, std::ostream& out, std::ostream& err);

} // namespace gradesvc::tools
