// gradesvc health: whether a service is ready, for container health checks.
#pragma once

#include "gradesvc/tools/output.hpp"

#include <iosfwd>
#include <string>

namespace gradesvc::tools {

struct health_options {
    std::string url = "http://127.0.0.1:8080"; ///< its path is /readyz where it has none
    output_format format = output_format::text;
};

/// 0 ready, 1 not ready, 2 cannot ask. Blocks for at most 5 s.
int run_health(const health_options&, std::ostream& out, std::ostream& err);

} // namespace gradesvc::tools
