// Who waits for which submission to be scored or failed. Thread-safe.
#pragma once

#include "gradesvc/domain/submission_id.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <span>

namespace gradesvc::app {

class watch {
public:
    using token = std::uint64_t;

    /// Calls `wake` once, from another thread, when `id` has an outcome in the read model; it must not block.
    /// Look into the read model after this, not before: what was settled earlier wakes nobody.
    token add(const domain::submission_id& id, std::function<void()> wake);

    /// After this returns `wake` is not called any more.
    void remove(token);

    /// Whether anybody waits.
    bool empty() const { return count_ == 0; }

    /// The read model has these now.
    void settled(std::span<const domain::submission_id> ids);

private:
    struct waiter {
        domain::submission_id id;
        std::function<void()> wake;
    };
    std::mutex mutex_; // guards all below
    token next_ = 1;
    std::multimap<domain::submission_id, token> by_id_;
    std::map<token, waiter> waiters_;
    std::atomic<std::size_t> count_{0}; // of waiters_
};

} // namespace gradesvc::app
