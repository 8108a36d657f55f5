// Which offsets of a partition are finished: the end of the finished prefix is the position to commit, what is finished
// beyond it goes into the note. Offsets that are never delivered (control marks, expired records) count as finished as
// soon as a later one is delivered. A value; not thread-safe.
#pragma once

#include "worker/note.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gradesvc::worker {

class finished_offsets {
public:
    /// Nothing finished; `span` is how far beyond the position an offset may be finished.
    explicit finished_offsets(std::int64_t position = 0, std::int64_t span = max_span)
        : position_(position), next_(position), span_(span) {}

    /// Takes over what an earlier owner noted beside the position. False: the note is of no use, and nothing beyond
    /// the position counts as finished.
    bool restore(std::string_view note);

    /// The log delivers from there on: before the position where that was recovered.
    void expect(std::int64_t first);

    /// Whether the log has gone back: it had delivered that one before.
    bool went_back(std::int64_t offset) const { return offset < next_; }

    /// The log has delivered this one, after all before it. False: it is finished already.
    bool deliver(std::int64_t offset);

    /// Whether the note can tell of this offset: only then may it be finished.
    bool admits(std::int64_t offset) const { return offset < position_ + span_; }
    void finish(std::int64_t offset);

    std::int64_t position() const { return position_; }
    std::int64_t span() const { return span_; }
    std::int64_t reach() const { return next_ - position_; } ///< how far deliveries are ahead of the position
    bool is_finished(std::int64_t offset) const;
    std::string note(bool clean = false, const failed_attempts& attempts = {}) const;

private:
    void add(std::int64_t from, std::int64_t to);
    void absorb();

    std::int64_t position_;
    std::int64_t next_; // after the last one delivered
    std::int64_t span_;
    std::map<std::int64_t, std::int64_t> beyond_; // finished ranges after position_: from → to, disjoint, not touching
};

} // namespace gradesvc::worker
