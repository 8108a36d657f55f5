// Something that is fed from the log (the read model, the catalog of tests) and can be asked to catch up with it.
#pragma once

#include <chrono>
#include <functional>

namespace gradesvc::ports {

/// Thread-safe.
class follower {
public:
    virtual ~follower() = default;

    /// Calls `done(true)` once everything that the log held when this was called is applied, `done(false)` when `limit`
    /// ends first. Requests of the same moment share one look at the log. `done` runs on another thread and must not
    /// block.
    virtual void catch_up(std::chrono::milliseconds limit, std::function<void(bool)> done) = 0;
};

} // namespace gradesvc::ports
