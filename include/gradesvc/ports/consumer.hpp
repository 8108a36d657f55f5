// A member of a consumer group. See ports/log.hpp for errors.
#pragma once

#include "gradesvc/ports/log_errc.hpp"
#include "gradesvc/ports/record.hpp"

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace gradesvc::ports {

/// A partition that a consumer has just got: goes on at `position`, with the note of the last commit ("" at first).
/// `position` is the committed one, or the earliest record where nothing was committed.
struct assignment {
    std::int32_t partition = 0;
    std::int64_t position = 0;
    bool committed = false;
    std::string note;
};

/// What one poll brought. Handle the members in this order: lost, losing, gained, records. No partition is lost or losing
/// and gained in the same poll.
struct polled {
    std::vector<std::int32_t> lost;   ///< gone already (the member was expelled): discard, a commit would be refused
    std::vector<std::int32_t> losing; ///< about to go: commit what is finished, then release()
    std::vector<assignment> gained;
    std::vector<record> records;
};

/// Position and note to store for a partition of the consumed topic: the next record to read after a restart.
struct checkpoint {
    std::int32_t partition = 0;
    std::int64_t position = 0;
    std::string note; ///< at most max_note bytes
};
inline constexpr std::size_t max_note = 4000;

/// `error` is unset when everything is durable and visible, else nothing of the window is visible to read_committed:
/// too_large (output `rejected` cannot be stored: replace it and try again), unavailable (try again), fenced (another
/// member has taken over: the partitions are or will be reported lost; discard).
struct commit_result {
    boost::system::error_code error;
    std::size_t rejected = 0;
};

/// A member of a consumer group on one topic. poll, pause, resume, end, release and leave belong to one thread; commit may
/// run on another one at the same time, one commit at a time.
class consumer {
public:
    virtual ~consumer() = default; ///< leaves at once, without commit

    /// Waits up to `timeout` for something to report. Must be called at least every few seconds.
    virtual polled poll(std::chrono::milliseconds timeout) = 0;
    virtual void pause(std::int32_t partition) = 0;
    virtual void resume(std::int32_t partition) = 0;

    /// Where a partition that is held ends, as of the last records that poll delivered of it: none of them lies at or
    /// beyond, and no record that was there before it was gained. Does not block.
    virtual std::int64_t end(std::int32_t partition) = 0;

    /// Lets go of the partitions that poll reported as losing.
    virtual void release() = 0;

    /// Appends all outputs and stores all checkpoints, atomically (except under delivery_mode::at_least_once: outputs
    /// first). Blocks until the outcome is known.
    virtual commit_result commit(std::span<const outgoing> outputs, std::span<const checkpoint> checkpoints) = 0;

    /// Leaves the group so that others take over at once. No call but the destructor afterwards.
    virtual void leave() = 0;
};

enum class delivery_mode : std::uint8_t { exactly_once, at_least_once };

struct consumer_options {
    std::string group;
    std::string topic;
    std::string instance; ///< static member name, unique in the group
    delivery_mode mode = delivery_mode::exactly_once;
};

} // namespace gradesvc::ports
