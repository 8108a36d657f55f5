#include "gradesvc/app/watch.hpp"

namespace gradesvc::app {

watch::token watch::add(const domain::submission_id& id, std::function<void()> wake) {
    std::lock_guard lock(mutex_);
    const token t = next_++;
    by_id_.emplace(id, t);
    waiters_.emplace(t, waiter{id, std::move(wake)});
    count_ = waiters_.size();
    return t;
}

void watch::remove(token t) {
    std::lock_guard lock(mutex_);
    const auto found = waiters_.find(t);
    if (found == waiters_.end()) return;
    auto [at, end] = by_id_.equal_range(found->second.id);
    while (at != end && at->second != t) ++at;
    if (at != end) by_id_.erase(at);
    waiters_.erase(found);
    count_ = waiters_.size();
}

void watch::settled(std::span<const domain::submission_id> ids) {
    std::lock_guard lock(mutex_);
    if (waiters_.empty()) return;
    for (const auto& id : ids) {
        const auto [first, last] = by_id_.equal_range(id);
        for (auto at = first; at != last; ++at) {
            waiters_.at(at->second).wake();
            waiters_.erase(at->second);
        }
        by_id_.erase(first, last);
    }
    count_ = waiters_.size();
}

} // namespace gradesvc::app
