// What the poll thread does about scoring threads that do not come back: the job of one that is over its time limit is
// taken away and another thread started in its place; one that waits for a suspect gets another one beside it.
#include "gradesvc/telemetry/log.hpp"
#include "worker/core.hpp"

#include <algorithm>
#include <system_error>

namespace gradesvc::worker {
namespace {

constexpr std::size_t max_relief = 16; // threads beside the usual number

} // namespace

void core::start_lane() {
    auto made =
        std::make_shared<lane>(with.make_settle(), with.make_suspect_scorer ? with.make_suspect_scorer() : nullptr);
    made->runner = std::thread([shared = shared_from_this(), made]() mutable {
        shared->score(*made);
        made.reset(); // its records before the consumer
    });
    lanes.push_back(made);
    ++alive;
}

void core::watch() {
    const auto now = steady::now();
    for (const auto& l : retired) l->runner.join();
    retired.clear();
    const std::size_t usual = lanes.size();
    for (std::size_t i = 0; i < usual; ++i) {
        if (job* late = lanes[i]->abandon(now - how.score_timeout)) {
            leave_behind(i, *late);
            return; // the lanes are others now; the next look comes soon
        }
        const std::size_t most = static_cast<std::size_t>(std::max(how.threads, 1)) + max_relief;
        if (lanes[i]->relieved || lanes.size() >= most || !lanes[i]->waits_apart(now - how.relief_after)) continue;
        try {
            start_lane();
        } catch (const std::system_error&) {
            return; // no thread to be had: those that are there go on
        }
        lanes[i]->relieved = true;
    }
}

void core::leave_behind(std::size_t index, job& late) {
    const auto gone = lanes[index];
    lanes.erase(lanes.begin() + static_cast<std::ptrdiff_t>(index));
    gone->collect(swept);
    gone->reclaim(swept);
    gone->lower_priority();
    gone->runner.detach();
    --alive;
    ++left_behind;
    with.metrics.job_abandoned();
    with.metrics.threads_left(left_behind);
    telemetry::log(telemetry::level::error, "a job is over its time limit: its thread is left behind",
                   {{"topic", how.topic},
                    {"partition", late.record.partition},
                    {"offset", late.record.offset},
                    {"ms", how.score_timeout.count()},
                    {"count", left_behind.load()}});
    if (late.home != nullptr) table.accuse(late.record);
    if (job_ptr copy = jobs.replace(late)) swept.push_back({.source = std::move(copy)});
    apply(swept);
    if (!gone->relieved) start_lane();
    wake_scorers();
    if (left_behind >= std::max(how.threads, 1) && !failure)
        failure = std::make_exception_ptr(ports::log_error("as many scoring threads are left behind in jobs over their "
                                                           "time limit as there should be: the process must "
                                                           "start anew"));
}

void core::retire(lane& own) {
    auto it = std::ranges::find_if(lanes, [&](const auto& l) { return l.get() == &own; });
    if (it == lanes.end()) return; // the worker has ended without waiting for it
    retired.push_back(std::move(*it));
    lanes.erase(it);
}

} // namespace gradesvc::worker
