// A publisher for when the log is away: what the log does not take is kept in a file of this machine, in order, and
// published when the log answers again. While anything is kept, all that comes is kept behind it: nothing overtakes.
// Bytes in, bytes out: no JSON.
#pragma once

#include "gradesvc/ports/log.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gradesvc::telemetry {
class metrics;
}

namespace gradesvc::spool {

struct config {
    std::filesystem::path file;                 ///< made if missing; its folder belongs to this process alone
    std::uint64_t limit_bytes = 1ULL << 30U;    ///< of records, with what storing one takes; 0 = keep nothing new
    std::uint64_t limit_records = 5'000'000;    ///< the same in records
    std::size_t queue_bytes = 64 * 1024 * 1024; ///< waiting in memory to be written
    std::string id_header = "ce_subject";       ///< the header that find() looks for
};

enum class mode : std::uint8_t {
    direct,   ///< nothing is kept: records go to the log
    spooling, ///< records are kept
    draining, ///< and what was kept is being published
};

struct state {
    spool::mode mode = mode::direct;
    std::uint64_t records = 0; ///< kept
    std::uint64_t bytes = 0;
    bool accepting = true; ///< it can be written and has room
};

/// A record that is kept; owns its bytes. `refused`: the log has refused it for good, it stays here.
struct kept {
    ports::outgoing record;
    ports::time_ms time; ///< when it was kept
    bool refused = false;
};

/// Thread-safe. publish(): as ports/publisher.hpp says; what is kept is reported with durable::spool once it is
/// fsynced. A record that neither the log nor the file takes is an error: unavailable, or queue_full.
class publisher : public ports::publisher {
public:
    /// The topics are there: from now on what is kept is published whenever the log answers. Once.
    virtual void start_draining() = 0;

    virtual spool::state state() const = 0;

    /// The first kept record of that id, for as long as it is not in the log. May block for a disk read; throws
    /// std::runtime_error when the file cannot be read.
    virtual std::unique_ptr<kept> find(std::string_view id) const = 0;

    /// Calls `visit` with the kept records of that key, newest first, until it returns false. As find().
    virtual void newest(std::string_view key, const std::function<bool(kept&&)>& visit) const = 0;

    /// Whether records have left for the log a moment ago: who reads both looks here before it looks there.
    virtual bool drained_lately() const = 0;
};

/// `log` publishes to `drain_to`'s log as well; `drain_to` makes a patient publisher (ports/log.hpp), for each drain one.
/// Throws ports::log_error when the file cannot be used: it may hold what was accepted, so it is never replaced.
std::unique_ptr<publisher> make_publisher(const config& settings, std::unique_ptr<ports::publisher> log,
                                          std::function<std::unique_ptr<ports::publisher>()> drain_to,
                                          telemetry::metrics& metrics);

} // namespace gradesvc::spool
