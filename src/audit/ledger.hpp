// What became of the submissions of one partition: takes them in the order of the log, then their outcomes in any order,
// and says what does not add up. Decides only; not thread-safe. 44 bytes a submission.
#pragma once

#include "audit/test_names.hpp"
#include "gradesvc/audit/audit.hpp"

#include <functional>
#include <span>
#include <vector>

namespace gradesvc::audit {

/// A record of test_submissions.
struct submission_record {
    domain::submission_id id = {};
    std::int64_t offset = 0;
    ports::time_ms time = {};
    std::uint64_t user = 0; ///< hash of the key, whose records are scored in order; 0 = none
    test_names::number test = test_names::none;
    bool replay = false; ///< of a dead letter
};

/// A result or dead letter.
struct outcome_record {
    domain::submission_id id = {};
    outcome_place at = {};
    std::optional<std::int64_t> source = {}; ///< offset of the submission it names
    bool misplaced = false;                  ///< names a submission of another partition
    std::int64_t revision = 1;               ///< of a result; 1 for a dead letter
    bool of_replay = false;                  ///< what became of a dead letter that was handed in again
    bool discarded = false;                  ///< a dead letter that was given up

    bool is_result() const { return at.kind == outcome_kind::result; }
    bool is_first() const { return !of_replay && revision <= 1; }
};

class ledger {
public:
    ledger(std::int32_t partition, ports::delivery_mode delivery, const test_names& tests,
           std::function<void(const finding&)> found)
        : partition_(partition), delivery_(delivery), tests_(tests), found_(std::move(found)) {}

    void reserve(std::size_t submissions) { entries_.reserve(submissions); }

    /// Ascending offsets. Throws std::length_error beyond 2^32 of them.
    void add(const submission_record&);

    /// No submission comes any more; what lay below `first` has expired.
    void close(std::int64_t first);

    void add(const outcome_record&);

    /// No outcome comes any more. `finished`: whether the group is done with the record at an offset. A submission
    /// without outcome that is not younger than `outcomes_expired` proves nothing.
    void settle(const std::function<bool(std::int64_t)>& finished, std::optional<ports::time_ms> outcomes_expired);

    /// By number of the test; after settle().
    const std::vector<counts>& by_test() const { return by_test_; }

private:
    enum flag : std::uint8_t {
        scored = 1, ///< these four are kept at the first record of an id …
        dead = 2,
        given_up = 4,
        decided = 8,      ///< it has a first outcome
        scored_here = 16, ///< … and these at the record that the outcome names
        dead_here = 32,
        replay = 64,
        shared = 128, ///< its id has more records
    };
    struct entry {
        domain::submission_id id;
        std::uint64_t user;
        std::uint32_t offset; ///< from the first one
        std::uint32_t seconds;
        std::uint32_t rank; ///< of its result among those of the partition, 0 = none
        test_names::number test;
        std::uint8_t flags;
        std::uint8_t later; ///< at the first record of an id: which revisions from 2 on there are
        bool is(flag f) const { return (flags & f) != 0; }
        void set(flag f) { flags = static_cast<std::uint8_t>(flags | f); }
    };
    static_assert(sizeof(entry) == 40);

    std::int64_t offset_of(const entry& e) const { return base_ + e.offset; }
    entry* at(std::int64_t offset);
    entry* head_of(const domain::submission_id& id);
    void add_first(const outcome_record&, entry& head, entry* own);
    void add_replayed(const outcome_record&, entry& head, entry* own);
    void add_revision(const outcome_record&, entry& head);
    void tell_again(const outcome_record&, entry& head, bool same_record);
    void settle_one(std::span<const std::uint32_t> records, const std::function<bool(std::int64_t)>& finished,
                    std::optional<ports::time_ms> outcomes_expired);
    void check_order();
    counts& of(test_names::number test);
    void tell(finding_kind kind, const domain::submission_id& id, const entry* about, const outcome_record* outcome);

    const std::int32_t partition_;
    const ports::delivery_mode delivery_;
    const test_names& tests_;
    const std::function<void(const finding&)> found_;
    std::int64_t base_ = 0;
    std::int64_t first_ = 0;
    std::uint32_t results_ = 0;
    std::vector<entry> entries_;
    std::vector<std::uint32_t> order_; // of entries_: by id and offset from close() on, by user and offset in the end
    std::vector<counts> by_test_;
};

} // namespace gradesvc::audit
