// The partitions held: what is finished in each, how much of each is in flight, which of them should pause.
// Not thread-safe: the owner's mutex guards it.
#pragma once

#include "worker/finished_offsets.hpp"
#include "worker/window.hpp"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace gradesvc::worker {

struct held_partition {
    std::uint64_t epoch = 0; ///< tells assignments of the same partition apart
    finished_offsets offsets;
    std::int64_t committed = 0;
    std::vector<outcome> finished;                             ///< for the next window
    std::vector<outcome> not_notable;                          ///< finished, but further ahead than the note can tell
    std::deque<std::pair<std::int64_t, ports::time_ms>> times; ///< of what is delivered, from the position on
    std::size_t records = 0;                                   ///< in flight: delivered and not committed
    std::size_t bytes = 0;
    failed_attempts attempts;       ///< of records that are not finished
    std::int64_t suspects_end = 0;  ///< what lies before this and is not finished may have ended the owner before
    bool end_known = true;          ///< suspects_end is not beyond the end that the partition had when it was gained
    std::set<std::int64_t> accused; ///< further suspects
    bool opening = false;           ///< waits for its first commit, which takes the clean mark away
    bool marked = false;            ///< a window with the clean mark is made
    bool moved = false;             ///< a commit is due, although nothing may be finished
    bool losing = false;            ///< about to go: takes no more records
    bool paused = false;
    bool far_ahead = false; ///< its note was full when it was paused

    bool clean() const { return accused.empty() && offsets.position() >= suspects_end; }
    std::optional<ports::time_ms> oldest() const; ///< time of the oldest record that is not finished
};

class partition_table {
public:
    partition_table(std::size_t max_records, std::size_t max_bytes, std::int64_t span = max_span)
        : max_records_(max_records), max_bytes_(max_bytes), span_(span) {}

    /// Without the clean mark the last owner came to an unclean end: what it can have had in flight is suspect. With it,
    /// and where nothing was ever committed, the partition is `opening`. False: the note was of no use.
    bool gain(const ports::assignment& from);

    /// Discards all that is not committed.
    void drop(std::int32_t partition);
    void clear();

    /// Whether the log delivers this one although it had delivered it, or the position was beyond it.
    bool went_back(const ports::record& record) const;

    /// Takes account of a record that the log delivered. False: pass over it (finished, or not ours).
    bool deliver(const ports::record& record, std::size_t bytes);
    void finish(outcome done);

    /// Sets what is known of a delivered record from before: failed attempts, whether it is suspect.
    void recall(job& work) const;

    /// A failed attempt of a record, to be noted with the next commit.
    void failed(const job& work);

    /// From now on the record is suspect, whoever holds the partition.
    void accuse(const ports::record& record);

    /// Where the partition ended not before it was gained: what lies beyond is not suspect.
    void end_known(std::int32_t partition, std::int64_t end);

    bool anything_finished() const { return finished_ > 0 || moved_ > 0; }

    /// Everything finished that notes can tell of, in the order it was finished, and the checkpoints after it; those of
    /// partitions that are `let_go` carry the clean mark, if they are clean.
    std::vector<share> take_finished(const std::function<bool(std::int32_t)>& let_go = {});
    bool holds(const share& s) const;

    /// True: it was the first commit of an opening partition.
    bool committed(const share& s);
    bool any_opening() const;

    /// Partitions that hold so much that too little room would be left for the others: more than is still free. So one
    /// alone may fill half of the room, two a third each, and a partition with nothing in flight can go on.
    std::vector<std::int32_t> greedy() const;
    std::vector<std::int32_t> far_ahead() const; ///< whose note is full
    /// Whether so much is finished that it is to be committed before more can be read.
    bool room_waits_for_commit() const;

    void set_paused(std::int32_t partition, bool paused);
    std::vector<std::int32_t> may_resume() const;

    std::optional<ports::time_ms> oldest() const; ///< of all partitions
    std::size_t records() const { return records_; }

    std::map<std::int32_t, held_partition>& all() { return held_; }
    const std::map<std::int32_t, held_partition>& all() const { return held_; }
    held_partition* find(std::int32_t partition);

private:
    void moved_on(held_partition& p);
    void demand_commit(held_partition& p);
    void take_from(held_partition& p, share& s);
    bool is_greedy(const held_partition& p, std::size_t factor) const;

    std::size_t max_records_;
    std::size_t max_bytes_;
    std::int64_t span_;
    std::map<std::int32_t, held_partition> held_;
    std::uint64_t next_epoch_ = 1;
    std::size_t records_ = 0;
    std::size_t bytes_ = 0;
    std::size_t finished_ = 0; // sum of held_[…].finished
    std::size_t moved_ = 0;    // how many have `moved` set
};

} // namespace gradesvc::worker
