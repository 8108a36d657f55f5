// The writing side of a log for single records. See ports/log.hpp for errors.
#pragma once

#include "gradesvc/ports/log_errc.hpp"
#include "gradesvc/ports/record.hpp"

#include <chrono>
#include <functional>

namespace gradesvc::ports {

/// Where a record is durable.
enum class durable : std::uint8_t {
    log,   ///< for everybody
    spool, ///< on this machine, until the log answers again
};

/// What became of a published record. Partition and offset are set when it stands in the log.
struct delivery {
    boost::system::error_code error;
    std::int32_t partition = -1;
    std::int64_t offset = -1;
    durable at = durable::log;
    const outgoing* record = nullptr; ///< with an error: the record, given back for as long as the call lasts; or null
};

using delivered = std::function<void(const delivery&)>;

/// Appends single records. Thread-safe.
class publisher {
public:
    virtual ~publisher() = default;

    /// Appends `record`, calls `done` once: when it is durable (acknowledged by all in-sync replicas, or fsynced) or has
    /// failed. Never blocks; a full queue is log_errc::queue_full. `done` runs on a thread of the log, or inside this
    /// call when the record is refused at once; it must not block. The bytes are copied before this returns.
    virtual void publish(const outgoing& record, delivered done) = 0;

    /// Waits until everything published is decided; false when `limit` ends first.
    virtual bool flush(std::chrono::milliseconds limit) = 0;

    /// Whether a publish now has a chance (a broker is connected). Cheap.
    virtual bool available() const = 0;
};

} // namespace gradesvc::ports
