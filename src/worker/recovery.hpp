// Where a partition goes on whose committed position was lost (an idle group's expire): told by the outcomes that the log
// holds, which name the offsets they came of.
//
// An owner never finishes an offset that is a span of the note or more beyond the first unfinished one. So whatever is a
// span below the highest finished offset is finished, and outcomes of what lies above that stand, in the order of the
// log, after one of an offset two spans below it: no need to read back further.
#pragma once

#include "worker/finished_offsets.hpp"
#include "worker/outcome_log.hpp"

#include <map>
#include <set>
#include <vector>

namespace gradesvc::worker {

/// The offsets of one partition that are known to be finished. A value.
class recovered_offsets {
public:
    explicit recovered_offsets(std::int64_t span = max_span) : span_(span) {}

    void add(std::int64_t offset);

    /// Whether outcomes further back in the log can tell nothing new.
    bool enough() const { return !found_.empty() && lowest_ <= highest_ - 2 * span_; }

    /// The position and what is finished beyond it, for a partition whose earliest record is at `begin`.
    finished_offsets result(std::int64_t begin) const;

private:
    std::int64_t span_;
    std::int64_t lowest_ = 0;
    std::int64_t highest_ = 0;
    std::vector<std::int64_t> found_;
};

/// Recovers partitions, given with their earliest offsets. Empty when the reading was stopped.
std::map<std::int32_t, finished_offsets> recover(outcome_log& log, const std::map<std::int32_t, std::int64_t>& begins);

} // namespace gradesvc::worker
