// gradesvc calibrate: estimates the item parameters of a test from submissions.
#pragma once

#include "gradesvc/domain/item_definition.hpp"
#include "gradesvc/tools/output.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace gradesvc::tools {

struct calibrate_options {
    std::string test;                                    ///< file of the definition
    std::optional<std::string> submissions = {};         ///< file, a submission a line; without it they come from `in`
    domain::irt_model model = domain::irt_model::two_pl; ///< not 4PL
    std::optional<int> points = {};                      ///< of the quadrature; default: as in the definition
    int threads = 0;                                     ///< 0 = cores
    output_format format = output_format::json;          ///< text: a table, tabs between
    bool terminal = false;                               ///< `err` is one: progress rewrites its line
};

/// Writes the definition with `irt` and `irt_se` of its items and with `calibration`. 0 = done, 1 = done, but lines were
/// bad or the estimation has not converged, 2 = could not run. Warnings and the log-likelihood are on `err`.
int run_calibrate(const calibrate_options&, std::istream& in, std::ostream& out, std::ostream& err);

} // namespace gradesvc::tools
