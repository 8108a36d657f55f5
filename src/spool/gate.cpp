#include "spool/gate.hpp"

#include "gradesvc/telemetry/log.hpp"

#include <utility>

namespace gradesvc::spool {
namespace {

constexpr std::size_t most_waiting = 20'000;

} // namespace

gate::gate(writer& kept, ports::publisher& log)
    : kept_(kept), log_(log), way_(kept.pending() > 0 ? way::kept : way::direct) {}

void gate::publish(const ports::outgoing& record, ports::delivered done) {
    if (passes()) return send(record, std::move(done));
    bool crowded = false;
    {
        const std::lock_guard lock(mutex_);
        crowded = way_ == way::waiting && waiting_.size() >= most_waiting;
        if (way_ == way::waiting && !crowded) {
            waiting_.push_back({record, std::move(done)});
            return;
        }
    }
    if (crowded) take_back();                           // before this one
    if (passes()) return send(record, std::move(done)); // since a moment ago
    keep(kept_.next_seq(), record, done, "unavailable");
}

void gate::send(const ports::outgoing& record, ports::delivered done) {
    under_way_.fetch_add(1, std::memory_order_relaxed);
    const auto seq = kept_.next_seq(); // its place among the kept ones, should it become one
    log_.publish(record, [this, seq, done = std::move(done)](const ports::delivery& outcome) mutable {
        settle(seq, outcome, done);
        under_way_.fetch_sub(1, std::memory_order_release);
    });
}

void gate::settle(std::int64_t seq, const ports::delivery& outcome, ports::delivered& done) {
    const bool final = !outcome.error || outcome.error == ports::log_errc::too_large;
    if (final || outcome.record == nullptr) return done(outcome);
    keep(seq, *outcome.record, done, outcome.error.message());
}

void gate::keep(std::int64_t seq, const ports::outgoing& record, ports::delivered& done, std::string_view why) {
    boost::system::error_code error;
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        error = kept_.append(seq, record, done);
        first = !error && way_ == way::direct;
        if (first) way_ = way::kept;
    }
    if (first) telemetry::log(telemetry::level::warn, "the log is away: submissions are spooled", {{"errc", why}});
    if (error) done({.error = error});
}

void gate::hand_over() {
    const std::lock_guard lock(mutex_);
    if (way_ == way::kept) way_ = way::waiting;
}

void gate::take_back() {
    std::vector<std::pair<ports::delivered, boost::system::error_code>> refused;
    {
        const std::lock_guard lock(mutex_);
        if (way_ != way::waiting) return;
        way_ = way::kept;
        for (auto& one : std::exchange(waiting_, {}))
            if (const auto error = kept_.append(kept_.next_seq(), one.record, one.done))
                refused.emplace_back(std::move(one.done), error);
    }
    for (auto& [done, error] : refused) done({.error = error});
}

bool gate::open() {
    for (;;) {
        std::vector<waiter> ready;
        {
            const std::lock_guard lock(mutex_);
            if (kept_.pending() > 0) return false;
            if (waiting_.empty()) {
                way_ = way::direct;
                return true;
            }
            ready.swap(waiting_);
        }
        for (auto& one : ready)
            if (kept_.pending() == 0)
                send(one.record, std::move(one.done));
            else // the one before was not taken: this one stays behind it
                keep(kept_.next_seq(), one.record, one.done, "");
    }
}

} // namespace gradesvc::spool
