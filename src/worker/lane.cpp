#include "worker/lane.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace gradesvc::worker {
namespace {

thread_local lane* lane_of_thread = nullptr;

} // namespace

lane* lane::current() { return lane_of_thread; }

void lane::enter() {
    lane_of_thread = this;
    thread_id_.store(gettid());
}

void lane::retire() {
    lane_of_thread = nullptr;
    settle_ = nullptr;
    suspects_.reset();
}

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

void lane::start_clock(steady::time_point now, bool apart) {
    (apart ? apart_ : clock_).store(now.time_since_epoch().count(), std::memory_order_relaxed);
}

bool lane::stop_clock() {
    apart_.store(no_job, std::memory_order_relaxed);
    return clock_.exchange(no_job) != taken_away;
}

void lane::hold_clock() {
    if (clock_.exchange(no_job) == taken_away) clock_.store(taken_away);
}

void lane::go_on_with_clock() {
    if (clock_.load() != taken_away && apart_.load(std::memory_order_relaxed) == no_job)
        clock_.store(steady::now().time_since_epoch().count());
}

job* lane::abandon(steady::time_point limit) {
    auto began = clock_.load();
    if (began == no_job || began == taken_away || began > limit.time_since_epoch().count()) return nullptr;
    if (!clock_.compare_exchange_strong(began, taken_away)) return nullptr;
    return slots_[done_.load(std::memory_order_acquire)].source.get();
}

bool lane::waits_apart(steady::time_point limit) const {
    const auto began = apart_.load(std::memory_order_relaxed);
    return began != no_job && began < limit.time_since_epoch().count();
}

void lane::lower_priority() const { setpriority(PRIO_PROCESS, static_cast<id_t>(thread_id_.load()), 19); }

untimed::untimed() {
    if (lane* here = lane::current()) here->hold_clock();
}

untimed::~untimed() {
    if (lane* here = lane::current()) here->go_on_with_clock();
}

} // namespace gradesvc::worker
