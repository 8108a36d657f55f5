// What the cases of the contract suite are written with: publishing until taken, reading to the end, a member that
// copies, and waiting with a deadline.
#pragma once

#include "log_under_test.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::test {

/// Within this much everything that a case waits for must have happened.
inline constexpr std::chrono::seconds patience{60};

class deadline {
public:
    explicit deadline(std::chrono::milliseconds limit = patience) : at_(std::chrono::steady_clock::now() + limit) {}
    bool passed() const { return std::chrono::steady_clock::now() >= at_; }

private:
    std::chrono::steady_clock::time_point at_;
};

/// A record as it was read, with bytes of its own.
struct seen {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    std::optional<std::string> key;
    std::string value;
    std::vector<std::pair<std::string, std::string>> headers;
};
seen copy_of(const ports::record& record);

ports::outgoing record_of(const std::string& topic, std::string key, std::string value);

/// Makes a topic of its own for a case.
std::string make_topic(ports::log& log, const std::string& what, int partitions);

ports::delivery publish(ports::publisher& publisher, const ports::outgoing& record);

/// Publishes all of them in order, waiting whenever the queue is full. Deliveries in the same order.
std::vector<ports::delivery> publish_all(ports::publisher& publisher, const std::vector<ports::outgoing>& records);

/// Values "0" … "count-1" with keys "k0" … "k<keys-1>" in turn.
std::vector<ports::outgoing> numbered(const std::string& topic, int count, int keys);

/// Reads until the reader stands at the end of the log as it is now; fails the test when that takes too long.
std::vector<seen> read_to_end(ports::log& log, ports::reader& reader, const std::vector<std::string>& topics);
std::vector<seen> read_all(ports::log& log, const std::string& topic);

/// Polls until `enough`; fails the test when that takes too long.
ports::polled poll_until(ports::consumer& consumer, const std::function<bool(const ports::polled&)>& enough);

/// A member of a group that copies every record of one topic to another, into the same partition, and commits after each
/// poll. One thread at a time, but for copied(). Reports no test failures itself, so that any thread may drive it.
class copier {
public:
    copier(ports::log& log, const std::string& from, std::string to, const std::string& group,
           const std::string& instance);

    /// One poll and what follows from it. Windows have at most `window` records.
    void step(std::chrono::milliseconds timeout, std::size_t window = 1000);
    void leave() { consumer_->leave(); }

    int copied() const { return copied_; }
    bool owns_any() const { return owned_ > 0; }
    std::function<void()> before_commit = [] {};
    std::function<void()> after_commit = [] {};

private:
    void follow(const ports::polled& news);
    bool commit(std::vector<ports::outgoing>& outputs, std::map<std::int32_t, std::int64_t>& positions);

    std::string to_;
    std::unique_ptr<ports::consumer> consumer_;
    std::map<std::int32_t, std::int64_t> positions_; ///< of the partitions that are owned
    std::atomic<int> copied_ = 0;
    std::atomic<int> owned_ = 0;
};

} // namespace gradesvc::test
