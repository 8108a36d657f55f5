// What can be answered from a request's head alone, before its body is asked for. Pure but for the metrics' labels.
#pragma once

#include "http/exchange.hpp"

#include <optional>

namespace gradesvc::http {

/// The answer to a request that will not reach its handler; nullopt when it may go on.
std::optional<response> precheck(const exchange&);

/// The body is longer than `limit`.
domain::refusal body_too_large(std::size_t limit);

} // namespace gradesvc::http
