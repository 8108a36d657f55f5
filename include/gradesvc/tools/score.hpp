// gradesvc score: scores submissions offline.
#pragma once

#include "gradesvc/scoring/scorer.hpp"
#include "gradesvc/tools/output.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace gradesvc::tools {

struct score_options {
    std::string test;                            ///< file of the definition
    std::optional<std::string> submissions = {}; ///< file, a submission a line; without it they come from `in`
    scoring::profile profile = scoring::profile::standard;
    std::string engine_version;
    output_format format = output_format::json; ///< text: user, raw, max and percent of each, tabs between
};

/// Writes a result document a line, in the order of the submissions; a bad line gives one with "failure" in its place.
/// 0 = all scored, 1 = bad lines, 2 = a file cannot be read or the definition is not valid (its errors are on `err`).
int run_score(const score_options&, std::istream& in, std::ostream& out, std::ostream& err);

} // namespace gradesvc::tools
