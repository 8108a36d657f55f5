// The one thread that writes. Group commit: what was published and what consumers want to commit waits in a queue; each
// round takes what is there, writes it in one transaction, and only then tells everybody. Thread-safe.
#pragma once

#include "embedded/batch.hpp"
#include "embedded/state.hpp"
#include "embedded/store.hpp"
#include "gradesvc/embedded/log.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace gradesvc::embedded {

/// A commit of a consumer, on the stack of the thread that waits for it.
struct commit_request {
    const std::string& group;
    const topic& of;
    group_state& members;
    member_id member;
    batch outputs;
    std::span<const ports::checkpoint> checkpoints;
    boost::system::error_code error = {}; ///< the outcome, once `decided`
    bool decided = false;
};

class writer {
public:
    /// Opens the file, or makes it, and fills `state` from it. Throws ports::log_error.
    writer(shared_state& state, const config& config);
    ~writer(); ///< after everything queued is decided

    /// ports::publisher::publish for a record that is not too large.
    void publish(std::int32_t first_slot, std::int32_t partition, const ports::outgoing& record, std::size_t size,
                 ports::delivered done);

    /// Returns when `request` is decided.
    void commit(commit_request& request);

    /// Waits until everything published before is decided and told; false when `limit` ends first.
    bool flush(std::chrono::milliseconds limit);

    /// Whether the last attempt to write went well.
    bool healthy() const { return healthy_; }

private:
    using steady = std::chrono::steady_clock;

    /// Published records that are written and told together.
    struct parcel {
        batch records;
        std::vector<ports::delivered> done;
        std::size_t bytes = 0;
    };
    struct round {
        std::unique_ptr<parcel> published;
        std::vector<commit_request*> commits;
    };

    void run();
    void write(round& work);
    boost::system::error_code write_transaction(round& work, std::span<commit_request* const> admitted);
    std::vector<commit_request*> admit(round& work);
    void make_visible(std::span<commit_request* const> admitted, bool written);
    void tell(round& work, boost::system::error_code error);
    void upkeep();
    bool expire_some();
    void failed(const SQLite::Exception& error);
    void recovered();
    parcel& open_parcel();

    shared_state& state_;
    const config config_;
    store store_;
    std::vector<std::int64_t> next_; ///< offsets to give, by slot; of the writing thread
    steady::time_point next_upkeep_ = steady::now();
    std::atomic<bool> healthy_ = true;

    std::mutex mutex_; ///< guards the rest
    std::condition_variable work_;
    std::condition_variable decided_;
    std::deque<std::unique_ptr<parcel>> waiting_;
    std::vector<std::unique_ptr<parcel>> spare_;
    std::vector<commit_request*> commits_;
    std::size_t records_ = 0; ///< not decided yet
    std::size_t bytes_ = 0;
    std::uint64_t published_count_ = 0;
    std::uint64_t decided_count_ = 0;
    bool stopping_ = false;

    std::thread thread_; ///< last: it uses all of the above
};

} // namespace gradesvc::embedded
