// The log: ordered, durable, partitioned topics. src/kafka implements it on a Kafka cluster, src/embedded on one SQLite
// file for one process; tests/contract/ holds both to what is said here. Bytes in, bytes out: no JSON.
//
// Errors: an unusable environment (bad configuration, corrupt file, fatal client error) throws log_error. What a caller
// must decide on comes back as log_errc.
#pragma once

#include "gradesvc/ports/consumer.hpp"
#include "gradesvc/ports/publisher.hpp"
#include "gradesvc/ports/reader.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradesvc::ports {

struct topic_spec {
    std::string name;
    int partitions = 1;
    std::optional<std::chrono::milliseconds> retention = {}; ///< unset = unlimited
    bool compacted = false;
};

/// What a group has committed for a partition of a topic.
struct group_position {
    std::int64_t position = 0;
    std::string note;
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

    /// One that never gives up: its records wait for the log however long that takes, and fail only when the log
    /// refuses them for good or the publisher goes. Those of a partition stand in the log in the order of publishing, as
    /// long as none has failed.
    virtual std::unique_ptr<publisher> make_patient_publisher() { return make_publisher(); }
    virtual std::unique_ptr<consumer> make_consumer(const consumer_options& options) = 0;

    /// Starts at `from`; partitions it does not name start at their earliest record, and so do positions that the log
    /// no longer holds.
    virtual std::unique_ptr<reader> make_reader(std::vector<std::string> topics, positions from,
                                                flow what = flow::stream) = 0;

    /// The same for the partitions that `from` names and no others.
    virtual std::unique_ptr<reader> make_reader(positions from) = 0;

    /// Where the committed log ends now, for every partition of `topics`. Blocks for one round trip; throws
    /// log_unavailable.
    virtual positions end(std::span<const std::string> topics, std::chrono::milliseconds timeout) = 0;

    /// The end with what commits under way have appended: a reader that has come as far has seen everything of it that
    /// was or will be committed.
    virtual positions written_end(std::span<const std::string> topics, std::chrono::milliseconds timeout) = 0;

    /// Where it begins: the earliest record still held.
    virtual positions begin(std::span<const std::string> topics, std::chrono::milliseconds timeout) = 0;

    /// The first record of each partition with that time or a later one, its end where there is none. Times of records
    /// are those of clocks: where one went back, a later record of before `time` may follow.
    virtual positions at(std::span<const std::string> topics, time_ms time, std::chrono::milliseconds timeout) = 0;

    /// What `group` has committed for the partitions of `topic`; partitions without any are absent. Commits under way are
    /// waited for, at most `timeout`: log_unavailable. Does not make the caller a member.
    virtual std::map<std::int32_t, group_position> group_positions(const std::string& group, const std::string& topic,
                                                                   std::chrono::milliseconds timeout) = 0;
};

} // namespace gradesvc::ports
