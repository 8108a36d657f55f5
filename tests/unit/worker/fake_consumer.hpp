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

using namespace std::chrono_literals;

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
    };

    std::int64_t append(std::int32_t partition, std::optional<std::string> key, std::string value = "x") {
        const std::lock_guard lock(mutex);
        const std::int64_t offset = ends[partition]++;
        partitions[partition].push_back({offset, std::move(key), std::move(value)});
        changed.notify_all();
        return offset;
    }

    /// An offset that never holds a record.
    void skip(std::int32_t partition) {
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
    bool give_again = false;                 // what is released is offered again at once
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
    explicit fake_consumer(fake_log& log) : log_(log) {
        const std::lock_guard lock(log_.mutex);
        log_.owned.clear();
        log_.paused.clear();
        log_.next = {};
        log_.offered.clear();
        log_.left = false;
    }

    ~fake_consumer() override {
        if (log_.live_records != 0) std::terminate(); // records must not outlive their consumer
        log_.destroyed = true;
    }

    ports::polled poll(std::chrono::milliseconds timeout) override {
        std::unique_lock lock(log_.mutex);
        const auto now = std::chrono::steady_clock::now();
        if (last_poll_) log_.longest_gap = std::max(log_.longest_gap, now - *last_poll_);
        if (log_.on_poll) log_.on_poll();
        ++log_.polls;
        ports::polled got;
        log_.changed.wait_for(lock, timeout, [&] { return collect(got); });
        last_poll_ = std::chrono::steady_clock::now();
        return got;
    }

    void pause(std::int32_t partition) override {
        const std::lock_guard lock(log_.mutex);
        log_.paused.insert(partition);
    }

    void resume(std::int32_t partition) override {
        const std::lock_guard lock(log_.mutex);
        log_.paused.erase(partition);
    }

    void release() override {
        const std::lock_guard lock(log_.mutex);
        for (const std::int32_t p : losing_) log_.owned.erase(p);
        if (log_.give_again) log_.offered = losing_;
        losing_.clear();
        ++log_.releases;
    }

    ports::commit_result commit(std::span<const ports::outgoing> outputs,
                                std::span<const ports::checkpoint> checkpoints) override {
        fake_log::commit_hook hook;
        std::map<std::int32_t, int> generations;
        {
            const std::lock_guard lock(log_.mutex);
            hook = log_.on_commit;
            generations = log_.generations;
        }
        if (hook) {
            if (auto result = hook(outputs, checkpoints); result.error) return result;
        }
        const std::lock_guard lock(log_.mutex);
        for (const auto& c : checkpoints) {
            if (!log_.owned.contains(c.partition) || log_.generations[c.partition] != generations[c.partition])
                return {ports::log_errc::fenced, 0};
            if (c.note.size() > ports::max_note) throw ports::log_error("note too long");
        }
        for (const auto& o : outputs)
            log_.outputs.push_back({o.partition, std::stoll(o.headers.at(0).value), o.key.value_or(""), o.value});
        for (const auto& c : checkpoints) log_.checkpoints[c.partition] = c;
        log_.windows.push_back(outputs.size());
        log_.changed.notify_all();
        if (log_.after_commit) log_.after_commit();
        return {};
    }

    void leave() override { log_.left = true; }

private:
    ports::assignment assignment(std::int32_t partition) const {
        auto it = log_.checkpoints.find(partition);
        if (it == log_.checkpoints.end()) return {.partition = partition, .note = {}};
        return {partition, it->second.position, true, it->second.note};
    }

    bool collect(ports::polled& got) {
        got.lost = std::exchange(log_.next.lost, {});
        got.losing = std::exchange(log_.next.losing, {});
        for (const std::int32_t p : std::exchange(log_.offered, {})) got.gained.push_back(assignment(p));
        losing_.insert(losing_.end(), got.losing.begin(), got.losing.end());
        for (const auto& a : got.gained) {
            const auto& entries = log_.partitions[a.partition];
            auto at = std::ranges::lower_bound(entries, a.position, {}, &fake_log::entry::offset);
            log_.owned[a.partition] = static_cast<std::size_t>(at - entries.begin());
            log_.paused.erase(a.partition);
            ++log_.generations[a.partition];
        }
        std::size_t room = log_.poll_limit;
        for (auto& [id, from] : log_.owned) {
            if (log_.paused.contains(id)) continue;
            const auto& entries = log_.partitions[id];
            for (; room > 0 && from < entries.size(); ++from, --room) got.records.push_back(make(id, entries[from]));
        }
        return !got.records.empty() || !got.lost.empty() || !got.losing.empty() || !got.gained.empty();
    }

    ports::record make(std::int32_t partition, const fake_log::entry& e) {
        struct memory {
            std::atomic<int>& live;
            std::optional<std::string> key;
            std::string value;
        };
        auto* bytes = new memory{log_.live_records, e.key, e.value};
        ++log_.live_records;
        ports::record r;
        r.memory = {bytes, [](void* p) {
                        auto* m = static_cast<memory*>(p);
                        --m->live;
                        delete m;
                    }};
        r.topic = "test_submissions";
        r.partition = partition;
        r.offset = e.offset;
        if (bytes->key) r.key = *bytes->key;
        r.value = bytes->value;
        return r;
    }

    fake_log& log_;
    std::vector<std::int32_t> losing_;
    std::optional<std::chrono::steady_clock::time_point> last_poll_;
};

} // namespace gradesvc::test
