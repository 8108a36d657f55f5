// Use case: accept a submission. Validates it against the published test, gives it its id and publishes the bytes as
// received; the answer is due when they are durable. Thread-safe.
#pragma once

#include "gradesvc/app/catalog.hpp"
#include "gradesvc/app/topics.hpp"
#include "gradesvc/domain/submission_id.hpp"
#include "gradesvc/ports/clock.hpp"
#include "gradesvc/ports/log.hpp"

#include <functional>
#include <optional>

namespace gradesvc::app {

struct submit_request {
    std::string_view body;                                ///< the submission, docs/api.md
    std::optional<std::string_view> idempotency_key = {}; ///< the header as sent
    std::string_view traceparent = {};                    ///< W3C trace context to pass on, "" = none
};

struct accepted {
    domain::submission_id id;
    ports::time_ms accepted_at;
    std::int64_t test_version = 0;
    ports::durable at = ports::durable::log;
};

class submit {
public:
    submit(const catalog& tests, ports::publisher& publisher, ports::clock& clock, topics names)
        : tests_(tests), publisher_(publisher), clock_(clock), names_(std::move(names)) {}

    /// Calls `done` once: inside this call when the submission is refused, else from a thread of the log when it is
    /// durable or could not be stored (overloaded). `request` need not outlive the call; `done` must not block.
    void operator()(const submit_request& request, std::function<void(domain::outcome<accepted>)> done);

private:
    const catalog& tests_;
    ports::publisher& publisher_;
    ports::clock& clock_;
    topics names_;
};

/// The 202 body of docs/api.md.
std::string accepted_json(const accepted&);

} // namespace gradesvc::app
