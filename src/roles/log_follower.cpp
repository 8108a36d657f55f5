#include "roles/log_follower.hpp"

#include "gradesvc/telemetry/log.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace gradesvc::roles {

using namespace std::chrono_literals;
using ports::reached;
using telemetry::level;

namespace {

constexpr auto read_patience = 10ms; // also the longest that a request to catch up goes unseen
constexpr auto end_patience = 1s;
constexpr auto report_interval = 2s;
constexpr std::size_t busy = 64; // records of one read that mean a stream of them
constexpr auto rest_interval = 40ms;
constexpr auto refused_interval = 250ms;

std::int64_t distance(const ports::positions& from, const ports::positions& to) {
    std::int64_t records = 0;
    for (const auto& [where, offset] : to) {
        const auto at = from.find(where);
        records += std::max<std::int64_t>(0, offset - (at == from.end() ? 0 : at->second));
    }
    return records;
}

} // namespace

log_follower::log_follower(ports::log& log, setup how) : log_(log), how_(std::move(how)) {}

log_follower::~log_follower() = default;

void log_follower::start(ports::positions from) {
    {
        std::lock_guard lock(mutex_);
        running_ = true;
    }
    thread_ = std::jthread([this, from = std::move(from)](const std::stop_token& stop) { run(stop, from); });
}

void log_follower::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void log_follower::catch_up(std::chrono::milliseconds limit, std::function<void(bool)> done) {
    {
        std::lock_guard lock(mutex_);
        if (running_) {
            waiting_.push_back({clock::now() + limit, std::move(done)});
            disturbed_.notify_one();
            return;
        }
    }
    done(false);
}

void log_follower::run(const std::stop_token& stop, ports::positions from) {
    try {
        const auto reader = log_.make_reader(how_.topics, std::move(from), how_.expected);
        while (!stop.stop_requested()) step(*reader);
    } catch (const std::exception& error) {
        how_.failed(how_.name + ": " + error.what());
    }
    {
        std::lock_guard lock(mutex_);
        running_ = false;
    }
    for (auto& left : take_requests()) left.done(false);
    for (auto& left : goals_)
        for (auto& r : left.requests) r.done(false);
}

void log_follower::step(ports::reader& reader) {
    if (!look_at_end(reader)) return expire();
    if (!refused_) records_ = reader.read(read_patience);
    const auto next = reader.next();
    if (!apply(next)) {
        expire();
        return rest(refused_interval);
    }
    if (!replayed_) report(next);
    settle(next);
    expire();
    const bool awaited = !replayed_ || !goals_.empty() || (how_.awaited && how_.awaited());
    // Records stream in and nobody waits for one: larger steps cost less for each.
    if (records_.size() >= busy && !awaited) rest(rest_interval);
}

bool log_follower::apply(const ports::positions& next) try {
    how_.apply(records_, next);
    if (std::exchange(refused_, false)) telemetry::log(level::info, "written again", {{"what", how_.name}});
    return true;
} catch (const ports::read_model_unavailable& error) {
    if (!std::exchange(refused_, true))
        telemetry::log(level::error, "cannot be written", {{"what", how_.name}, {"error", error.what()}});
    return false;
}

void log_follower::rest(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    disturbed_.wait_for(lock, time, [this] { return !waiting_.empty(); });
}

std::vector<log_follower::request> log_follower::take_requests() {
    std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
}

// Finds out where the log ends for the replay and for new requests; false when nobody answers.
bool log_follower::look_at_end(ports::reader& reader) {
    auto requests = take_requests();
    if (requests.empty() && !target_.empty()) return true;
    try {
        auto end = log_.end(how_.topics, end_patience);
        if (target_.empty()) {
            target_ = end;
            first_ = reader.next();
            for (const auto& [where, offset] : log_.begin(how_.topics, end_patience))
                first_[where] = std::max(first_[where], offset);
        }
        if (!requests.empty()) goals_.push_back({std::move(end), std::move(requests)});
        return true;
    } catch (const ports::log_error& error) {
        {
            std::lock_guard lock(mutex_);
            std::move(requests.begin(), requests.end(), std::back_inserter(waiting_)); // until they expire
        }
        if (dynamic_cast<const ports::log_unavailable*>(&error) == nullptr) throw;
        return !target_.empty();
    }
}

void log_follower::settle(const ports::positions& at) {
    while (!goals_.empty() && reached(at, goals_.front().end)) {
        for (auto& r : goals_.front().requests) r.done(true);
        goals_.pop_front();
    }
}

void log_follower::expire() {
    std::vector<request> late;
    const auto move_late = [now = clock::now(), &late](std::vector<request>& requests) {
        const auto first =
            std::partition(requests.begin(), requests.end(), [now](const auto& r) { return r.deadline > now; });
        std::move(first, requests.end(), std::back_inserter(late));
        requests.erase(first, requests.end());
    };
    for (auto& open : goals_) move_late(open.requests);
    std::erase_if(goals_, [](const auto& open) { return open.requests.empty(); });
    {
        std::lock_guard lock(mutex_);
        move_late(waiting_);
    }
    for (auto& r : late) r.done(false);
}

void log_follower::report(const ports::positions& at) {
    const auto total = distance(first_, target_);
    const auto left = distance(at, target_);
    progress_ = total <= 0 ? 1.0 : 1.0 - static_cast<double>(std::min(left, total)) / static_cast<double>(total);
    if (left == 0) {
        if (total > 0) telemetry::log(level::info, "replay finished", {{"what", how_.name}, {"count", total}});
        replayed_ = true;
        return;
    }
    if (clock::now() < next_report_) return;
    next_report_ = clock::now() + report_interval;
    telemetry::log(level::info, "replaying the log",
                   {{"what", how_.name}, {"count", total - left}, {"of", total}, {"percent", 100 * progress_}});
}

} // namespace gradesvc::roles
