// What becomes of a record whose scoring threw. Pure but for the jitter.
#pragma once

#include "worker/backoff.hpp"
#include "worker/job.hpp"

#include <optional>

namespace gradesvc::worker {

class retry_policy {
public:
    retry_policy(int attempts, int deaths, backoff delays) : attempts_(attempts), deaths_(deaths), delays_(delays) {}

    /// The log could not be asked: no fault of the record, so it waits as long as it takes.
    std::chrono::microseconds log_away(job& work) { return delays_.after(++work.waits); }

    /// A failed attempt: how long to wait for the next one, or nullopt when there is none.
    std::optional<std::chrono::microseconds> failed(job& work) {
        work.deaths = 0;
        if (++work.attempts >= attempts_) return std::nullopt;
        return delays_.after(work.attempts);
    }

    /// The same for a suspect whose scorer ended.
    std::optional<std::chrono::microseconds> died(job& work) {
        if (++work.deaths >= deaths_) return std::nullopt;
        return delays_.after(work.deaths);
    }

    /// Nothing could be made of the record, not even a dead letter.
    std::chrono::microseconds hopeless() { return delays_.after(64); }

private:
    int attempts_;
    int deaths_;
    backoff delays_;
};

} // namespace gradesvc::worker
