// What the parts of the embedded log share: topics, how far each partition is committed, the consumer groups, and the
// condition that everybody who waits for news waits on. The file stays ahead of this: memory changes after the commit.
#pragma once

#include "embedded/group.hpp"
#include "gradesvc/ports/log.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradesvc::embedded {

/// Slots of a topic's partitions follow each other. Never removed, so that references stay good.
struct topic {
    std::string name;
    std::int64_t id = 0;
    std::int32_t first_slot = 0;
    std::int32_t partitions = 0;
    std::optional<std::chrono::milliseconds> retention = {}; ///< guarded by shared_state::mutex
    std::atomic<std::uint32_t> turn{0};                      ///< the next partition for a record without key
};

/// Offsets of the earliest record kept and after the last one committed.
struct extent {
    std::int64_t first = 0;
    std::int64_t end = 0;

    /// Where reading from `position` begins: at the earliest record where the log does not hold it (any more).
    std::int64_t start(std::int64_t position) const { return position < first || position > end ? first : position; }
};

struct stored_position {
    std::int64_t position = 0;
    std::string note;
};

/// The members of a group on one topic and what they have committed, by partition.
struct group_state {
    explicit group_state(std::int32_t partitions) : members(partitions) {}
    group members;
    std::map<std::int32_t, stored_position> committed;
};

struct shared_state {
    explicit shared_state(std::filesystem::path log_file) : file(std::move(log_file)) {}

    const std::filesystem::path file;
    bool followed = false; ///< another process writes, only renew_catalog() tells what; set before there are threads

    std::mutex mutex; ///< guards everything below
    std::condition_variable changed;
    std::map<std::string, std::unique_ptr<topic>, std::less<>> topics;
    std::vector<extent> extents;                                                        ///< by slot
    std::map<std::pair<std::string, std::string>, std::unique_ptr<group_state>> groups; ///< by group and topic
    std::string broken;                                                                 ///< why no call can succeed

    /// Throws ports::log_error for an unknown topic. The mutex is held.
    topic& find(std::string_view name);
    /// Throws ports::log_error once the file is damaged. The mutex is held.
    void check() const;
    /// From now on check() throws.
    void set_broken(std::string why);
};

} // namespace gradesvc::embedded
