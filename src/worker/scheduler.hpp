// Decides what is scored next: the records of one user (partition and key) one after another in the order of the log,
// different users in parallel, partitions in turn. Records without a key wait for nobody. No clock, no thread: the time
// comes in, the owner's mutex guards it.
//
// A job that is out (taken and not yet given back) outlives its partition: when that is dropped the job becomes an
// orphan, and if the partition comes back with that offset unfinished, the orphan's outcome is adopted.
#pragma once

#include "worker/job.hpp"

#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace gradesvc::worker {

struct queue;

/// The records of one user in one partition.
struct chain {
    std::uint64_t id = 0;
    std::string key;
    bool keyed = false;
    queue* of = nullptr;
    std::list<chain>::iterator self;
    std::vector<job_ptr> waiting; ///< ascending offsets, from `head` on
    std::size_t head = 0;
    std::vector<job*> out;
    steady::time_point not_before{}; ///< of a retry; the epoch = now
    bool idle() const { return head == waiting.size(); }
};

/// A partition.
struct queue {
    std::int32_t partition = 0;
    std::list<chain> chains;
    std::unordered_map<std::string_view, chain*> by_key;
    std::deque<chain*> ready; ///< nothing out, something waiting, not delayed
    std::size_t waiting = 0;
    std::size_t out = 0;
    bool listed = false; ///< in scheduler::turn_
    bool closed = false; ///< takes nothing back
    bool held = false;   ///< hands nothing out yet
};

struct taken {
    job_ptr work;
    std::uint64_t chain = 0; ///< jobs of the same chain have the same
};

class scheduler {
public:
    /// Queues a job; offsets of a partition ascend. Returns the outcome at once if an orphan had finished it.
    std::optional<outcome> add(job_ptr work);

    /// Hands out up to `n` jobs: first one of each user who can go on, then more of the same users.
    void take(std::size_t n, steady::time_point now, std::vector<taken>& to);

    /// Ends what take() began. False: the job is an orphan, the outcome does not count (yet): park it.
    [[nodiscard]] bool finished(job& work);
    void give_back(job_ptr work);                         ///< was not run: first in its chain again
    void retry_at(job_ptr work, steady::time_point when); ///< the same, but its chain waits

    /// A copy of a job that is out, in its place, to be scored apart: the job itself is an orphan that nobody adopts. Null
    /// when it was an orphan already.
    job_ptr replace(job& running);
    void park(outcome done); ///< keeps what may be adopted, discards the rest

    /// Hands out nothing of the partition until open().
    void hold(std::int32_t partition);
    void open(std::int32_t partition);

    /// Forgets what is queued of the partition, and what is given back from now on. What is out stays so.
    void close(std::int32_t partition);

    enum class orphans : std::uint8_t { discard, adopt };
    void drop(std::int32_t partition, orphans what);

    /// Orphans before `position` will not be asked for any more.
    void forget_orphans(std::int32_t partition, std::int64_t position);
    void clear();

    bool has_ready(steady::time_point now) const;
    std::optional<steady::time_point> next_retry() const;
    std::size_t waiting() const { return waiting_; }
    std::size_t out() const { return out_; }
    std::size_t out_of(std::int32_t partition) const;

private:
    struct orphan {
        const job* running = nullptr;
        std::optional<outcome> done;
    };
    using place = std::pair<std::int32_t, std::int64_t>;

    chain& chain_of(queue& q, const ports::record& r);
    job_ptr pop(chain& c);
    void take_one(chain& c, std::vector<taken>& to);
    void put_back(chain& c, job_ptr work);
    void leave(job& work);
    void settle(chain& c);
    static void erase(chain& c);
    void make_ready(chain& c);
    void list(queue& q);
    void promote(steady::time_point now);

    std::map<std::int32_t, queue> queues_;
    std::deque<queue*> turn_; // those with ready chains
    std::multimap<steady::time_point, chain*> delayed_;
    std::map<place, orphan> orphans_;
    std::uint64_t next_chain_ = 1;
    std::size_t waiting_ = 0;
    std::size_t out_ = 0; // of partitions that are not dropped
};

} // namespace gradesvc::worker
