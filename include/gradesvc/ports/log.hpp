// The log: ordered, durable, partitioned topics. src/kafka implements it on a Kafka cluster, src/embedded on one SQLite
// file for one process; tests/contract/ holds both to what is said here. Bytes in, bytes out: no JSON.
//
// Errors: an unusable environment (bad configuration, corrupt file, fatal client error) throws log_error. What a caller
// must decide on comes back as log_errc.
#pragma once

#include "gradesvc/ports/log_errc.hpp"
#include "gradesvc/ports/record.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace gradesvc::ports {

/// What became of a published record. `where` is set when there is no error.
struct delivery {
    boost::system::error_code error;
    std::int32_t partition = -1;
    std::int64_t offset = -1;
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

/// A partition that a consumer has just got: goes on at `position`, with the note of the last commit ("" at first).
/// `position` is the committed one, or the earliest record where nothing was committed.
struct assignment {
    std::int32_t partition = 0;
    std::int64_t position = 0;
    bool committed = false;
    std::string note;
};

/// What one poll brought. Handle the members in this order: lost, losing, gained, records.
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

/// A member of a consumer group on one topic. poll, pause, resume, release and leave belong to one thread; commit may
/// run on another one at the same time, one commit at a time.
class consumer {
public:
    virtual ~consumer() = default; ///< leaves at once, without commit

    /// Waits up to `timeout` for something to report. Must be called at least every few seconds.
    virtual polled poll(std::chrono::milliseconds timeout) = 0;
    virtual void pause(std::int32_t partition) = 0;
    virtual void resume(std::int32_t partition) = 0;

    /// Lets go of the partitions that poll reported as losing.
    virtual void release() = 0;

    /// Appends all outputs and stores all checkpoints, atomically (except under delivery_mode::at_least_once: outputs
    /// first). Blocks until the outcome is known.
    virtual commit_result commit(std::span<const outgoing> outputs, std::span<const checkpoint> checkpoints) = 0;

    /// Leaves the group so that others take over at once. No call but the destructor afterwards.
    virtual void leave() = 0;
};

/// Reads all partitions of some topics without a group; sees committed records only. One thread at a time.
class reader {
public:
    virtual ~reader() = default;

    /// The next records, in order within a partition; empty when `timeout` ends first.
    virtual std::vector<record> read(std::chrono::milliseconds timeout) = 0;

    /// Where the next read goes on, for every partition. Also passes over offsets that hold no record (control marks,
    /// aborted records), so that a reader that has seen everything stands at end().
    virtual positions next() const = 0;
};

enum class delivery_mode : std::uint8_t { exactly_once, at_least_once };

struct consumer_options {
    std::string group;
    std::string topic;
    std::string instance; ///< static member name, unique in the group
    delivery_mode mode = delivery_mode::exactly_once;
};

struct topic_spec {
    std::string name;
    int partitions = 1;
    std::optional<std::chrono::milliseconds> retention = {}; ///< unset = unlimited
    bool compacted = false;
};

/// A connection to a log. Thread-safe factory; outlives what it made.
class log {
public:
    virtual ~log() = default;

    /// Creates what is missing and checks what is there. Returns the number of partitions of each, in the order given.
    /// Throws log_error with a sentence that names what to create where the right to do so is missing, and
    /// log_unavailable while no broker answers.
    virtual std::vector<int> ensure_topics(std::span<const topic_spec> topics) = 0;

    virtual std::unique_ptr<publisher> make_publisher() = 0;
    virtual std::unique_ptr<consumer> make_consumer(const consumer_options& options) = 0;

    /// Starts at `from`; partitions it does not name start at their earliest record, and so do positions that the log
    /// no longer holds.
    virtual std::unique_ptr<reader> make_reader(std::vector<std::string> topics, positions from) = 0;

    /// Where the committed log ends now, for every partition of `topics`. Blocks for one round trip; throws
    /// log_unavailable.
    virtual positions end(std::span<const std::string> topics, std::chrono::milliseconds timeout) = 0;

    /// Where it begins: the earliest record still held.
    virtual positions begin(std::span<const std::string> topics, std::chrono::milliseconds timeout) = 0;
};

} // namespace gradesvc::ports
