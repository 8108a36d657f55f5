// The ids of a partition whose outcome is in the log, for as long as they are to be recognised: generations of an eighth
// of that time each, which expire whole, so an id is known for the window and at most an eighth longer. A value; not
// thread-safe.
#pragma once

#include "gradesvc/ports/record.hpp"
#include "worker/id_set.hpp"

#include <map>

namespace gradesvc::worker {

class recent_ids {
public:
    explicit recent_ids(std::chrono::milliseconds window)
        : window_(window), generation_(std::max(window / 8, std::chrono::milliseconds(1))) {}

    /// `when` the outcome came into the log.
    void add(const domain::submission_id& id, ports::time_ms when);
    bool contains(const domain::submission_id& id) const;

    /// Forgets generations that are all older than the window.
    void expire(ports::time_ms now);

    std::size_t size() const;
    std::size_t bytes() const;

private:
    std::chrono::milliseconds window_;
    std::chrono::milliseconds generation_;
    std::map<std::int64_t, id_set> generations_; // by the number of generations since 1970
};

} // namespace gradesvc::worker
