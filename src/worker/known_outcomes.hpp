// Which submissions of the partitions held have their outcome already, and how far back that is known. What is known of a
// partition outlives its loss. A value; not thread-safe: the worker's mutex guards it.
#pragma once

#include "worker/recent_ids.hpp"

#include <optional>
#include <span>
#include <unordered_set>

namespace gradesvc::worker {

/// Clocks of the machines that make ids and outcomes may differ by this much.
inline constexpr std::chrono::milliseconds clock_difference{10'000};

enum class judgement : std::uint8_t {
    fresh,     ///< has no outcome in the window
    duplicate, ///< has one, or is about to
    unknown,   ///< not seen, but not all that could tell has been looked at
};

class known_outcomes {
public:
    /// With a window of 0 nothing is known, and nothing is asked.
    explicit known_outcomes(std::chrono::milliseconds window) : window_(window) {}

    std::chrono::milliseconds window() const { return window_; }
    bool on() const { return window_ > std::chrono::milliseconds(0); }

    /// The partition is held from now on: others may have added outcomes. Returns the number of this turn.
    std::uint64_t gain(std::int32_t partition);

    /// Ids that were claimed and not committed are free again.
    void drop(std::int32_t partition);
    bool holds(std::int32_t partition, std::uint64_t turn) const;

    /// A fresh id is claimed: until it is committed or the partition goes, it is a duplicate.
    judgement judge(std::int32_t partition, const domain::submission_id& id, ports::time_ms now);

    /// Outcomes that were committed just now, whoever holds the partition meanwhile.
    void committed(std::int32_t partition, std::span<const domain::submission_id> ids, ports::time_ms now);

    /// An outcome that was found in the log.
    void found(std::int32_t partition, const domain::submission_id& id, ports::time_ms when);

    /// All outcomes from `since` on are known now.
    void known_since(std::int32_t partition, std::uint64_t turn, ports::time_ms since);

    /// Forgets what is older than the window.
    void expire(ports::time_ms now);
    std::size_t size() const;
    std::size_t bytes() const;

private:
    struct memory {
        explicit memory(std::chrono::milliseconds window) : ids(window) {}
        recent_ids ids;
        std::unordered_set<domain::submission_id, id_hash> claimed;
        std::uint64_t turn = 0; ///< 0 = not held
        std::optional<ports::time_ms> since;
    };

    /// The moment before which no outcome of this id can be, or matters.
    ports::time_ms possible_since(const domain::submission_id& id, ports::time_ms now) const;
    memory& of(std::int32_t partition);

    std::chrono::milliseconds window_;
    std::map<std::int32_t, memory> partitions_;
    std::uint64_t turns_ = 0;
};

} // namespace gradesvc::worker
