// Use case: publish a version of a test. Thread-safe.
#pragma once

#include "gradesvc/app/catalog.hpp"
#include "gradesvc/app/topics.hpp"
#include "gradesvc/ports/clock.hpp"
#include "gradesvc/ports/follower.hpp"
#include "gradesvc/ports/log.hpp"

#include <functional>
#include <optional>

namespace gradesvc::app {

struct publish_request {
    std::string test_id; ///< of the path; "" = the one in the document
    std::string document;
    std::optional<std::string> if_match = {}; ///< the hash that the latest version must have (header If-Match as sent)
    bool equal_to_any = false; ///< an unversioned document equal to any earlier version counts as unchanged
};

struct published {
    test_ptr test;
    bool created = false; ///< false: equal to a version that is there
};

class publish_test {
public:
    publish_test(const catalog& tests, ports::follower& tests_follower, ports::publisher& publisher,
                 ports::clock& clock, topics names)
        : tests_(tests), follower_(tests_follower), publisher_(publisher), clock_(clock), names_(std::move(names)) {}

    /// Calls `done` once, inside this call or from another thread: when the version is durable and in the catalog, or
    /// refused (validation, conflict, precondition_failed, malformed, overloaded).
    void operator()(publish_request request, std::function<void(domain::outcome<published>)> done);

private:
    struct operation;
    const catalog& tests_;
    ports::follower& follower_;
    ports::publisher& publisher_;
    ports::clock& clock_;
    topics names_;
};

} // namespace gradesvc::app
