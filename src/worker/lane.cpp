#include "worker/lane.hpp"

namespace gradesvc::worker {

outcome* lane::begin_job() {
    const std::size_t index = claimed_.fetch_add(1, std::memory_order_acq_rel);
    return index < slots_.size() ? &slots_[index] : nullptr;
}

void lane::load(std::vector<taken>& batch, steady::time_point now) {
    slots_.clear();
    chains_.clear();
    for (taken& t : batch) {
        slots_.push_back({.source = std::move(t.work)});
        chains_.push_back(t.chain);
    }
    batch.clear();
    collected_ = 0;
    done_.store(0, std::memory_order_relaxed);
    claimed_.store(0, std::memory_order_relaxed);
    since_ = now;
}

void lane::collect(std::vector<outcome>& to) {
    const std::size_t end = done_.load(std::memory_order_acquire);
    for (; collected_ < end; ++collected_) to.push_back(std::move(slots_[collected_]));
}

void lane::reclaim(std::vector<outcome>& to) {
    const std::size_t size = slots_.size();
    for (std::size_t i = claimed_.exchange(size, std::memory_order_acq_rel); i < size; ++i)
        to.push_back(std::move(slots_[i]));
}

bool lane::holds_up() const {
    return claimed_.load(std::memory_order_relaxed) < slots_.size() ||
           done_.load(std::memory_order_relaxed) > collected_;
}

} // namespace gradesvc::worker
