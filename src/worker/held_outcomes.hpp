// Outcomes that wait until it is known whether their submission had one before. The jobs stay out of the scheduler's
// hands meanwhile, so the next records of the user wait too; later outcomes of the same batch and user queue up here
// behind them. Not thread-safe: the worker's mutex guards it.
#pragma once

#include "worker/job.hpp"

#include <map>
#include <unordered_map>
#include <vector>

namespace gradesvc::worker {

class held_outcomes {
public:
    void hold(outcome o);

    /// Whether an earlier outcome of that user is waiting.
    bool holds_up(const chain* user) const { return waiting_of_.contains(user); }

    /// Everything of the partition, in the order it came.
    std::vector<outcome> take(std::int32_t partition);
    std::vector<std::int32_t> partitions() const;

    std::size_t size() const { return size_; }

private:
    std::map<std::int32_t, std::vector<outcome>> by_partition_;
    std::unordered_map<const chain*, std::size_t> waiting_of_;
    std::size_t size_ = 0;
};

} // namespace gradesvc::worker
