// Refuses requests whose framing or address two programs could read differently, beyond what the parser refuses. Pure.
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "http/request.hpp"

#include <optional>

namespace gradesvc::http {

/// Sets path and query of a request whose head has been parsed. What comes back is always `malformed`: answer it and
/// close the connection.
std::optional<domain::refusal> check_request(request&);

} // namespace gradesvc::http
