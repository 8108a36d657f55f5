// Which test a submission is scored with, and its compiled form. One per scoring thread.
#pragma once

#include "gradesvc/app/catalog.hpp"
#include "gradesvc/ports/follower.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace gradesvc::app {

class test_lookup {
public:
    virtual ~test_lookup() = default;

    /// The version that a submission names, else the newest that the log held when its record was written (`written`).
    /// Null: there is none. May block to read the published tests to their end; throws log_unavailable when that was
    /// necessary and not possible.
    virtual test_ptr find(std::string_view test_id, std::optional<std::int64_t> version, ports::time_ms written,
                          ports::time_ms now) = 0;

    /// Null: the test is beyond this engine.
    virtual std::shared_ptr<const scoring::scorer> scorer_of(const published_test& test) = 0;
};

/// In the catalog of this process.
class catalog_lookup final : public test_lookup {
public:
    catalog_lookup(const catalog& tests, ports::follower& tests_follower) : tests_(tests), follower_(tests_follower) {}

    test_ptr find(std::string_view test_id, std::optional<std::int64_t> version, ports::time_ms written,
                  ports::time_ms now) override;
    std::shared_ptr<const scoring::scorer> scorer_of(const published_test& test) override {
        return tests_.scorer_of(test);
    }

private:
    void catch_up(ports::time_ms now);

    const catalog& tests_;
    ports::follower& follower_;
    ports::time_ms caught_up_at_{}; // the catalog held everything that the log held then
};

} // namespace gradesvc::app
