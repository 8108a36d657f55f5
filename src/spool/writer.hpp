// The one thread that writes the file. Group commit: what is to be kept waits in a queue; each round takes what is there,
// writes it in one transaction, and only then tells everybody. Thread-safe.
#pragma once

#include "gradesvc/spool/publisher.hpp"
#include "spool/store.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace gradesvc::spool {

class writer {
public:
    /// Opens the file, or makes it. Throws ports::log_error.
    explicit writer(const config& settings);
    ~writer(); ///< after everything queued is decided

    /// The place of a record in the order; never given twice.
    std::int64_t next_seq() { return last_seq_.fetch_add(1, std::memory_order_relaxed) + 1; }

    /// Takes `done`, which is called on the writing thread; or returns why not, and `done` is as it was: unavailable
    /// (full), or queue_full.
    boost::system::error_code append(std::int64_t seq, const ports::outgoing& record, ports::delivered& done);

    /// These stand in the log now: they are deleted soon.
    void acknowledged(std::vector<std::int64_t> seqs);

    /// The log will never take this one: it is set aside.
    void refused(std::int64_t seq);

    /// Acknowledged and not deleted yet, ascending: not to be published again.
    std::vector<std::int64_t> undeleted() const;

    /// Records that are kept, or about to be, and not acknowledged.
    std::uint64_t pending() const;

    std::uint64_t records() const;
    std::uint64_t bytes() const;
    std::uint64_t refused_records() const;
    bool accepting() const; ///< writing works, and the last record had room
    bool drained_lately() const;

    /// Waits until everything queued before is decided; false when `limit` ends first.
    bool flush(std::chrono::milliseconds limit);

private:
    using steady = std::chrono::steady_clock;

    bool has_room(std::int64_t size) const;
    void run();
    void write(std::vector<entry>& batch);
    void remove();
    void set_aside();
    void upkeep();
    void failed(const SQLite::Exception& error);
    void recovered();

    const config config_;
    store store_;
    std::atomic<std::int64_t> last_seq_;

    mutable std::mutex mutex_; ///< guards the rest
    std::condition_variable work_, decided_;
    std::deque<entry> queue_;
    std::size_t queue_bytes_ = 0;
    std::vector<std::int64_t> acknowledged_, refused_;
    std::size_t refused_records_ = 0;
    std::int64_t records_ = 0, bytes_ = 0; ///< in the file and in the queue
    std::uint64_t peak_bytes_ = 0;         ///< since the file was shrunk
    std::uint64_t appended_ = 0, decided_count_ = 0;
    bool healthy_ = true, full_ = false, stopping_ = false;
    steady::time_point next_try_{}; ///< after a failure
    steady::time_point next_complaint_{};
    steady::time_point last_removal_{};

    std::thread thread_; ///< last: it uses all of the above
};

} // namespace gradesvc::spool
