#include "spool/drain.hpp"

#include "gradesvc/faults/fault.hpp"
#include "gradesvc/telemetry/log.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace gradesvc::spool {

using namespace std::chrono_literals;
using telemetry::level;

namespace {

constexpr auto look_interval = 100ms;
constexpr auto retry_interval = 1s;
constexpr auto report_interval = 5s;
constexpr auto measure_interval = 500ms;
constexpr auto tail_interval = 2ms;
constexpr auto lively = 300ms;       // a log that has answered within this time takes the last ones soon
constexpr auto longest_wait = 500ms; // of those who come while the last ones go
constexpr std::size_t most_open = 20'000;
constexpr std::size_t most_open_bytes = 32 * 1024 * 1024;
constexpr auto before_all = std::numeric_limits<std::int64_t>::min();

} // namespace

drain::drain(const config& settings, gate& way, writer& kept, const ports::publisher& log, make_log drain_to,
             telemetry::metrics& metrics)
    : config_(settings),
      gate_(way),
      kept_(kept),
      log_(log),
      drain_to_(std::move(drain_to)),
      metrics_(metrics),
      rows_(settings.file),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

drain::~drain() {
    thread_.request_stop();
    window_.changed.notify_all();
    thread_.join();
}

void drain::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        rest(look_interval, false);
        try {
            measure();
            if (gate_.direct() || !gate_.begun() || !log_.available() || !gate_.at_rest()) continue;
            if (kept_.pending() == 0) { // nothing was kept after all
                gate_.open();
                continue;
            }
            running_ = true;
            began_ = steady::now();
            next_report_ = began_ + report_interval;
            drained_ = 0;
            telemetry::log(level::info, "draining the spool", {{"count", kept_.records()}, {"bytes", kept_.bytes()}});
            bool done = false;
            {
                const auto to = drain_to_();
                done = empty_spool(stop, *to);
            } // now all is decided
            gate_.take_back();
            collect();
            running_ = false;
            report(true);
            if (!done && !stop.stop_requested()) rest(retry_interval, false);
        } catch (const std::exception& error) {
            running_ = false;
            gate_.take_back();
            collect();
            telemetry::log(level::error, "the spool cannot be drained",
                           {{"path", config_.file.native()}, {"errc", error.what()}});
            rest(retry_interval, false);
        }
    }
}

// Whether it came to the end of it.
bool drain::empty_spool(const std::stop_token& stop, ports::publisher& to) {
    auto last = before_all;
    auto undeleted = kept_.undeleted();
    {
        const std::lock_guard lock(window_.mutex);
        window_.failed = false;
    }
    handing_over_.reset();
    while (!stop.stop_requested()) {
        {
            const std::lock_guard lock(window_.mutex);
            if (window_.failed) return false;
        }
        if (!has_room()) {
            rest(look_interval, true);
            collect();
            measure();
            report(false);
            continue;
        }
        const auto some = rows_.after(last);
        faults::point("spool.read");
        for (const auto& row : some)
            if (!std::binary_search(undeleted.begin(), undeleted.end(), row.seq)) publish(to, row);
        faults::point("spool.published");
        if (!some.empty()) last = some.back().seq;
        collect();
        measure();
        report(false);
        bool idle = false;
        {
            const std::lock_guard lock(window_.mutex);
            idle = window_.open == 0 && window_.acknowledged.empty() && window_.refused.empty();
        }
        if (some.empty() && idle) {
            if (gate_.open()) return true;
            // What came meanwhile may stand anywhere, also before what comes next.
            while (!gate_.at_rest() && !stop.stop_requested()) rest(tail_interval, false);
            last = before_all;
            undeleted = kept_.undeleted();
        }
        if (some.empty()) at_tail();
    }
    return false;
}

/// At the end of what is kept those who come are held for a moment, or under load there would always be one more.
void drain::at_tail() {
    const auto now = steady::now();
    bool answers = false;
    {
        const std::lock_guard lock(window_.mutex);
        answers = window_.open == 0 || now - window_.last_answer < lively;
    }
    if (!handing_over_ && answers) {
        gate_.hand_over();
        handing_over_ = now;
    } else if (handing_over_ && now - *handing_over_ > longest_wait) {
        gate_.take_back();
        if (answers || now - *handing_over_ > 2 * longest_wait) handing_over_.reset();
    }
    rest(tail_interval, false);
}

bool drain::has_room() {
    const std::lock_guard lock(window_.mutex);
    return window_.open < most_open && window_.open_bytes < most_open_bytes;
}

void drain::publish(ports::publisher& to, const numbered& row) {
    const auto size = row.record.value.size();
    {
        const std::lock_guard lock(window_.mutex);
        if (window_.failed) return; // nothing after the one that failed
        ++window_.open;
        window_.open_bytes += size;
    }
    to.publish(row.record,
               [this, seq = row.seq, size](const ports::delivery& outcome) { decided(seq, size, outcome); });
}

void drain::decided(std::int64_t seq, std::size_t size, const ports::delivery& outcome) {
    const std::lock_guard lock(window_.mutex);
    --window_.open;
    window_.open_bytes -= size;
    if (!outcome.error) {
        window_.acknowledged.push_back(seq);
        window_.last_answer = steady::now();
    } else if (outcome.error == ports::log_errc::too_large) {
        window_.refused.push_back(seq);
    } else {
        window_.failed = true;
    }
    if (window_.open == 0 || window_.failed) window_.changed.notify_all();
}

void drain::collect() {
    std::vector<std::int64_t> acknowledged, refused;
    {
        const std::lock_guard lock(window_.mutex);
        acknowledged.swap(window_.acknowledged);
        refused.swap(window_.refused);
    }
    for (const auto seq : refused) {
        telemetry::log(level::error, "the log refuses an accepted submission as too large: it stays in the spool",
                       {{"path", config_.file.native()}, {"seq", seq}});
        kept_.refused(seq);
    }
    if (acknowledged.empty()) return;
    faults::point("spool.acknowledged");
    drained_ += acknowledged.size();
    metrics_.spool_drained(acknowledged.size());
    kept_.acknowledged(std::move(acknowledged));
}

/// `until_room`: goes on as soon as more may be published.
void drain::rest(std::chrono::milliseconds time, bool until_room) {
    std::unique_lock lock(window_.mutex);
    const auto room = [this] {
        return window_.failed || (window_.open < most_open / 2 && window_.open_bytes < most_open_bytes / 2);
    };
    if (!until_room)
        window_.changed.wait_for(lock, time);
    else if (window_.open >= most_open || window_.open_bytes >= most_open_bytes)
        while (!room() && window_.changed.wait_for(lock, time) != std::cv_status::timeout) {}
}

void drain::measure() {
    const auto now = steady::now();
    if (now < next_measure_) return;
    next_measure_ = now + measure_interval;
    const auto records = kept_.records();
    std::chrono::duration<double> age{0};
    if (records > 0)
        if (const auto since = rows_.oldest()) age = std::chrono::system_clock::now() - *since;
    metrics_.spool(records, kept_.bytes(), std::max(age, std::chrono::duration<double>(0)));
}

void drain::report(bool ended) {
    const auto now = steady::now();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_).count();
    if (ended) {
        const bool all = kept_.pending() == 0;
        telemetry::log(all ? level::info : level::warn, all ? "the spool is drained" : "draining is interrupted",
                       {{"count", drained_}, {"left", kept_.pending()}, {"ms", ms}});
    } else if (now >= next_report_) {
        next_report_ = now + report_interval;
        const double rate = ms > 0 ? 1000.0 * static_cast<double>(drained_) / static_cast<double>(ms) : 0;
        telemetry::log(level::info, "draining the spool",
                       {{"count", drained_}, {"left", kept_.pending()}, {"per_second", rate}});
    }
}

} // namespace gradesvc::spool
