// A log in memory for one consumer at a time, driven by the test: it hands out partitions and takes them away, lets
// commits fail or take their time, and keeps what was committed.
#pragma once

#include "gradesvc/ports/log.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace gradesvc::test {

/// What became of a commit, and the source offset in an output's header.
struct committed_output {
    std::int32_t partition = 0;
    std::int64_t source = 0;
    std::string key;
    std::string value;
};

/// The log behind fake_consumer; outlives it. Thread-safe.
class fake_log {
public:
    struct entry {
        std::int64_t offset;
        std::optional<std::string> key;
        std::string value;
        std::chrono::milliseconds age; ///< when it is read
    };

    std::int64_t append(std::int32_t partition, std::optional<std::string> key, std::string value = "x",
                        std::chrono::milliseconds age = {}) {
        const std::lock_guard lock(mutex);
        const std::int64_t offset = ends[partition]++;
        partitions[partition].push_back({offset, std::move(key), std::move(value), age});
        changed.notify_all();
        return offset;
    }

    void skip(std::int32_t partition) { // an offset that never holds a record
        const std::lock_guard lock(mutex);
        ++ends[partition];
    }

    void assign(const std::vector<std::int32_t>& which) {
        const std::lock_guard lock(mutex);
        offered.insert(offered.end(), which.begin(), which.end());
        changed.notify_all();
    }

    void revoke(std::vector<std::int32_t> which) {
        const std::lock_guard lock(mutex);
        next.losing = which;
        changed.notify_all();
    }

    /// Gone at once; `told` false leaves the consumer to find out by a fenced commit.
    void expel(std::vector<std::int32_t> which, bool told = true) {
        const std::lock_guard lock(mutex);
        for (const std::int32_t p : which) owned.erase(p);
        if (told) next.lost = which;
        changed.notify_all();
    }

    std::vector<committed_output> committed() const {
        const std::lock_guard lock(mutex);
        return outputs;
    }

    std::size_t count() const {
        const std::lock_guard lock(mutex);
        return outputs.size();
    }

    bool owns(std::int32_t partition) const {
        const std::lock_guard lock(mutex);
        return owned.contains(partition);
    }

    bool is_paused(std::int32_t partition) const {
        const std::lock_guard lock(mutex);
        return paused.contains(partition);
    }

    ports::checkpoint checkpoint(std::int32_t partition) const {
        const std::lock_guard lock(mutex);
        auto it = checkpoints.find(partition);
        return it == checkpoints.end() ? ports::checkpoint{} : it->second;
    }

    using commit_hook =
        std::function<ports::commit_result(std::span<const ports::outgoing>, std::span<const ports::checkpoint>)>;

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::map<std::int32_t, std::deque<entry>> partitions;
    std::map<std::int32_t, std::int64_t> ends;
    std::map<std::int32_t, ports::checkpoint> checkpoints;
    std::map<std::int32_t, std::size_t> owned; // partition → index of the next entry to deliver
    std::set<std::int32_t> paused;
    std::vector<committed_output> outputs;
    std::vector<std::size_t> windows;        // how many outputs each commit had
    ports::polled next;                      // lost and losing to report
    std::vector<std::int32_t> offered;       // to be gained with the next poll
    std::map<std::int32_t, int> generations; // counts assignments
    bool fresh = false;                      // never committed means so; else such a partition was left uncleanly at 0
    bool give_again = false;                 // what is released is offered again at once
    bool reset_beyond_end = false;           // a position beyond the end is read from the earliest record
    std::size_t poll_limit = 500;
    std::function<void()> on_poll;      // may throw
    commit_hook on_commit;              // before the commit, without the mutex; an error is what commit returns
    std::function<void()> after_commit; // under the mutex; may throw
    std::atomic<int> releases{0};
    std::atomic<bool> destroyed{false};
    std::atomic<int> polls{0};
    std::atomic<bool> left{false};
    std::atomic<int> live_records{0};
    std::chrono::steady_clock::duration longest_gap{}; // between two polls; guarded by mutex
};

class fake_consumer final : public ports::consumer {
public:
    explicit fake_consumer(fake_log& log);
    ~fake_consumer() override;

    ports::polled poll(std::chrono::milliseconds timeout) override;
    void pause(std::int32_t partition) override;
    void resume(std::int32_t partition) override;
    std::int64_t end(std::int32_t partition) override;
    void release() override;
    ports::commit_result commit(std::span<const ports::outgoing> outputs,
                                std::span<const ports::checkpoint> checkpoints) override;
    void leave() override { log_.left = true; }

private:
    ports::assignment assignment(std::int32_t partition) const;
    bool collect(ports::polled& got);
    ports::record make(std::int32_t partition, const fake_log::entry& e);

    fake_log& log_;
    std::vector<std::int32_t> losing_;
    std::optional<std::chrono::steady_clock::time_point> last_poll_;
};

} // namespace gradesvc::test
