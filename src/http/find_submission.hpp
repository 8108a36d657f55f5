// Finding a submission in the read model, now or once it has an outcome.
#pragma once

#include "gradesvc/ports/read_model.hpp"
#include "http/exchange.hpp"

namespace gradesvc::http {

/// How long the request will wait: ?wait=SECONDS, the only query parameter, or Prefer: wait=N; at most 60.
domain::outcome<std::chrono::seconds> wait_of(const request&);

/// The submission of the first path parameter. Holds up to `patience` while it has no outcome or is not known; before
/// "not found" the view has caught up with the log.
net::awaitable<domain::outcome<ports::submission_view>> find_submission(exchange&, std::chrono::seconds patience);

} // namespace gradesvc::http
