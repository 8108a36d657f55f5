#include "worker/batch_runner.hpp"

#include "gradesvc/telemetry/log.hpp"
#include "worker/bench_job.hpp"

#include <algorithm>
#include <new>

namespace gradesvc::worker {
namespace {

constexpr std::chrono::milliseconds batch_limit{2}; // after this the rest of a batch goes back

void log_failure(const job& work, std::string_view event, int count, std::string_view detail) {
    telemetry::log(telemetry::level::warn, event,
                   {{"topic", work.record.topic},
                    {"partition", work.record.partition},
                    {"offset", work.record.offset},
                    {"count", count},
                    {"errc", detail}});
}

} // namespace

batch_runner::batch_runner(core& shared, lane& own)
    : shared_(shared),
      lane_(own),
      policy_(shared.how.attempts, shared.how.deaths,
              backoff(shared.how.retry_delay, shared.how.max_retry_delay, shared.with.clock.random()[0])) {}

std::optional<steady::duration> batch_runner::run() {
    failed_.clear();
    const auto begin = steady::now();
    auto before = begin;
    int count = 0;
    while (before - begin < batch_limit) {
        outcome* next = lane_.begin_job();
        if (next == nullptr) break;
        if (!run_one(*next, before)) return std::nullopt;
        lane_.end_job();
        const auto after = steady::now();
        shared_.with.metrics.score_duration(after - before);
        before = after;
        ++count;
    }
    return count == 0 ? steady::duration::zero() : (before - begin) / count;
}

void batch_runner::rest() {
    rest_at_.reset();
    lane_.suspects()->rest();
}

/// False: the thread is left behind.
bool batch_runner::run_one(outcome& o, steady::time_point now) {
    const std::uint64_t chain = lane_.chain_of(o);
    if (std::ranges::find(failed_, chain) != failed_.end()) return true; // not_run: an earlier one of the user failed
    const bool apart = o.source->suspect && lane_.suspects() != nullptr;
    lane_.start_clock(now, apart);
    attempt done = try_once(*o.source, apart);
    if (!lane_.stop_clock()) return false;
    if (apart) rest_at_ = steady::now() + shared_.how.suspects_rest;
    if (done.result) {
        if (apart) shared_.with.metrics.suspect_scored();
        o.result = *std::move(done.result);
        o.what = verdict::finished;
    } else
        judge(o, done.failure);
    if (o.what == verdict::retry) failed_.push_back(chain);
    return true;
}

/// Touches nothing that would be missed if the thread is left behind meanwhile.
batch_runner::attempt batch_runner::try_once(job& work, bool apart) const {
    try {
        burn_bench_job();
        return {apart ? lane_.suspects()->settle(work.record) : lane_.settle()(work.record), nullptr};
    } catch (...) { // judged when it is known that the job is still ours
        return {std::nullopt, std::current_exception()};
    }
}

void batch_runner::judge(outcome& o, const std::exception_ptr& failure) {
    job& work = *o.source;
    try {
        std::rethrow_exception(failure);
    } catch (const ports::log_unavailable& e) {
        again(o, policy_.log_away(work));
        log_failure(work, "scoring waits for the log", work.attempts + work.waits, e.what());
    } catch (const scorer_death& e) {
        died(o, e);
    } catch (const std::bad_alloc& e) {
        if (work.suspect || lane_.suspects() == nullptr) return failed(o, e.what());
        work.suspect = true; // before it takes the process along
        again(o, steady::duration::zero());
        log_failure(work, "a job has run out of memory: it is scored apart", 1, e.what());
    } catch (const std::exception& e) {
        failed(o, e.what());
    }
}

void batch_runner::died(outcome& o, const scorer_death& death) {
    job& work = *o.source;
    shared_.with.metrics.suspect_killed();
    const auto delay = policy_.died(work);
    log_failure(work, "a suspect ended its scorer", work.deaths, death.what());
    if (delay) return again(o, *delay);
    const std::string_view code = death.timed_out ? "timed_out" : "crashed_scorer";
    bury(o, code,
         "The scorer was ended " + std::to_string(work.deaths) + " times in a row, at last by: " + death.what(),
         work.deaths);
    log_failure(work, "quarantined", work.deaths, code);
}

void batch_runner::failed(outcome& o, std::string_view detail) {
    job& work = *o.source;
    const auto delay = policy_.failed(work);
    log_failure(work, "scoring failed", work.attempts, detail);
    if (delay) {
        o.failed = true;
        return again(o, *delay);
    }
    bury(o, "retries_exhausted", detail, work.attempts);
    log_failure(work, "retries exhausted", work.attempts, detail);
}

void batch_runner::again(outcome& o, steady::duration delay) const {
    o.what = verdict::retry;
    o.delay = delay;
    shared_.with.metrics.retry();
}

void batch_runner::bury(outcome& o, std::string_view code, std::string_view detail, int attempts) {
    try {
        o.result = dead_letter(*o.source, code, detail, attempts);
        o.what = verdict::finished;
    } catch (const std::exception& e) {
        log_failure(*o.source, "no dead letter could be made", attempts, e.what());
        again(o, policy_.hopeless());
    }
}

/// Even to read a suspect may be its scorer's death: then what can be said without reading must do.
app::settled batch_runner::dead_letter(const job& work, std::string_view code, std::string_view detail, int attempts) {
    if (!work.suspect || lane_.suspects() == nullptr) return shared_.with.failed(work.record, code, detail, attempts);
    try {
        return lane_.suspects()->dead_letter(work.record, code, detail, attempts);
    } catch (const scorer_death&) {
        return shared_.with.unread(work.record, code, detail, attempts);
    }
}

} // namespace gradesvc::worker
