#include "gradesvc/telemetry/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace gradesvc::telemetry {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;
using buckets = Histogram::BucketBoundaries;

const buckets accept_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075,
                             0.1,    0.15,  0.25,   0.5,   1,    2.5,  5,    10};
const buckets score_buckets{1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025,
                            0.05, 0.1,    0.25, 0.5,  1,      2.5,  5,    10,     30,   60};
const buckets commit_buckets{0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
const buckets standstill_buckets{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60};
const buckets latency_buckets{0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.25,
                              0.5,   1,    2.5,  5,    10,   30,   60,    120, 300,  600};

// Failure codes of docs/api.md: there from the start, so that a first failure is a rise from 0.
constexpr std::string_view failure_codes[] = {"malformed",      "validation",        "unknown_test",
                                              "conflict",       "retries_exhausted", "timed_out",
                                              "crashed_scorer", "too_large",         "internal"};

Counter& counter(Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

Gauge& gauge(Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

Histogram& histogram(Registry& registry, const char* name, const char* help, const buckets& bounds) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
}

/// The series of a family by a text and a number, found again without building labels. Thread-safe.
template <class Metric>
class series {
public:
    template <class Make>
    Metric& at(std::string_view text, int number, Make make) {
        const std::pair<std::string_view, int> key(text, number);
        {
            std::shared_lock lock(mutex_);
            if (auto it = known_.find(key); it != known_.end()) return *it->second;
        }
        std::unique_lock lock(mutex_);
        auto it = known_.find(key);
        if (it == known_.end()) it = known_.emplace(key_type(text, number), &make()).first;
        return *it->second;
    }

    Metric* take(std::string_view text, int number) {
        std::unique_lock lock(mutex_);
        auto it = known_.find(std::pair(text, number));
        if (it == known_.end()) return nullptr;
        Metric* found = it->second;
        known_.erase(it);
        return found;
    }

private:
    using key_type = std::pair<std::string, int>;
    struct less {
        using is_transparent = void;
        bool operator()(const auto& a, const auto& b) const {
            return a.second != b.second ? a.second < b.second : std::string_view(a.first) < std::string_view(b.first);
        }
    };
    std::shared_mutex mutex_;
    std::map<key_type, Metric*, less> known_;
};

} // namespace

struct metrics::impl {
    Registry registry;

    Counter& accepted = counter(registry, "gradesvc_submissions_accepted_total", "Submissions accepted and durable.");
    Counter& scored = counter(registry, "gradesvc_submissions_scored_total", "Results committed.");
    Family<Counter>& failed = prometheus::BuildCounter()
                                  .Name("gradesvc_submissions_failed_total")
                                  .Help("Submissions that became a dead letter, by code.")
                                  .Register(registry);
    Histogram& accept_duration = histogram(registry, "gradesvc_accept_duration_seconds",
                                           "From the request being read to its 202.", accept_buckets);
    Histogram& score_duration =
        histogram(registry, "gradesvc_score_duration_seconds", "Scoring of one submission.", score_buckets);
    Histogram& commit_duration =
        histogram(registry, "gradesvc_commit_duration_seconds", "Commit of one window.", commit_buckets);
    Histogram& result_latency = histogram(registry, "gradesvc_result_latency_seconds",
                                          "From acceptance to the commit of the result.", latency_buckets);
    Counter& commit_failures =
        counter(registry, "gradesvc_commit_failures_total", "Commits of a window that failed and are tried again.");
    Gauge& last_commit =
        gauge(registry, "gradesvc_last_commit_timestamp_seconds", "Unix time of the last commit, 0 before the first.");
    Gauge& oldest_unscored =
        gauge(registry, "gradesvc_oldest_unscored_seconds", "Age of the oldest submission read and not yet scored.");
    Family<Gauge>& lag = prometheus::BuildGauge()
                             .Name("gradesvc_consumer_lag_records")
                             .Help("Records between the committed position and the end of the partition.")
                             .Register(registry);
    Family<Gauge>& lag_seconds = prometheus::BuildGauge()
                                     .Name("gradesvc_consumer_lag_seconds")
                                     .Help("Age of the oldest record of the partition that is read and not scored.")
                                     .Register(registry);
    Gauge& in_flight = gauge(registry, "gradesvc_in_flight_records", "Records read and not yet part of a commit.");
    Gauge& compiled_tests = gauge(registry, "gradesvc_compiled_tests", "Versions of tests compiled in memory.");
    Gauge& compiled_bytes = gauge(registry, "gradesvc_compiled_tests_bytes", "Memory that compiled tests take.");
    Gauge& spool_records = gauge(registry, "gradesvc_spool_records", "Submissions kept here until the log answers.");
    Gauge& spool_bytes = gauge(registry, "gradesvc_spool_bytes", "Bytes that they take.");
    Gauge& spool_oldest = gauge(registry, "gradesvc_spool_oldest_seconds", "Age of the oldest of them.");
    Counter& spool_drained =
        counter(registry, "gradesvc_spool_drained_total", "Submissions that went from the spool to the log.");
    Counter& retries = counter(registry, "gradesvc_retries_total", "Scoring attempts after a failed one.");
    Counter& suspects =
        counter(registry, "gradesvc_suspects_scored_total", "Submissions scored in a child process after a crash.");
    Counter& deaths = counter(registry, "gradesvc_quarantine_deaths_total", "Child processes that a suspect ended.");
    Counter& abandoned = counter(registry, "gradesvc_abandoned_jobs_total", "Scoring jobs over their time limit.");
    Gauge& left = gauge(registry, "gradesvc_abandoned_threads", "Threads left behind in jobs over their time limit.");
    Counter& duplicates = counter(registry, "gradesvc_duplicates_total",
                                  "Submissions passed over because their outcome was there already.");
    Gauge& recent_ids =
        gauge(registry, "gradesvc_recent_ids", "Submission ids in memory by which one that comes again is recognised.");
    Counter& rebalances = counter(registry, "gradesvc_rebalances_total", "Changes of the partitions assigned.");
    Gauge& partitions = gauge(registry, "gradesvc_assigned_partitions", "Partitions of submissions held now.");
    Histogram& standstill =
        histogram(registry, "gradesvc_rebalance_standstill_seconds",
                  "From giving up all partitions at a rebalance to having some again.", standstill_buckets);
    Family<Counter>& http = prometheus::BuildCounter()
                                .Name("gradesvc_http_requests_total")
                                .Help("HTTP requests answered, by route pattern and status.")
                                .Register(registry);

    series<Counter> failed_by_reason;
    series<Counter> http_by_route;
    series<Gauge> lag_by_partition;
    series<Gauge> lag_seconds_by_partition;
    std::mutex lag_mutex; ///< a gauge must not be removed while it is being set

    Counter& failed_of(std::string_view reason) {
        return failed_by_reason.at(reason, 0, [&]() -> Counter& {
            return failed.Add({{"reason", std::string(reason)}});
        });
    }
};

metrics::metrics(std::string_view version) : impl_(std::make_unique<impl>()) {
    prometheus::BuildGauge()
        .Name("gradesvc_build_info")
        .Help("Always 1; the label says which gradesvc this is.")
        .Register(impl_->registry)
        .Add({{"version", std::string(version)}})
        .Set(1);
    for (const std::string_view code : failure_codes) impl_->failed_of(code);
}

metrics::~metrics() = default;

void metrics::accepted() { impl_->accepted.Increment(); }

void metrics::scored(std::size_t count) { impl_->scored.Increment(static_cast<double>(count)); }

void metrics::failed(std::string_view reason) { impl_->failed_of(reason).Increment(); }

void metrics::accept_duration(seconds s) { impl_->accept_duration.Observe(s.count()); }

void metrics::score_duration(seconds s) { impl_->score_duration.Observe(s.count()); }

void metrics::commit_duration(seconds s) {
    impl_->commit_duration.Observe(s.count());
    impl_->last_commit.SetToCurrentTime();
}

void metrics::commit_failure() { impl_->commit_failures.Increment(); }

void metrics::result_latency(seconds s) { impl_->result_latency.Observe(s.count()); }

void metrics::oldest_unscored(seconds s) { impl_->oldest_unscored.Set(s.count()); }

void metrics::consumer_lag(std::string_view topic, std::int32_t partition, double records, seconds age) {
    const auto add_to = [&](Family<Gauge>& family) {
        return [&]() -> Gauge& {
            return family.Add({{"topic", std::string(topic)}, {"partition", std::to_string(partition)}});
        };
    };
    const std::scoped_lock lock(impl_->lag_mutex);
    impl_->lag_by_partition.at(topic, partition, add_to(impl_->lag)).Set(records);
    impl_->lag_seconds_by_partition.at(topic, partition, add_to(impl_->lag_seconds)).Set(age.count());
}

void metrics::forget_lag(std::string_view topic, std::int32_t partition) {
    const std::scoped_lock lock(impl_->lag_mutex);
    if (Gauge* gone = impl_->lag_by_partition.take(topic, partition)) impl_->lag.Remove(gone);
    if (Gauge* gone = impl_->lag_seconds_by_partition.take(topic, partition)) impl_->lag_seconds.Remove(gone);
}

void metrics::in_flight(double records) { impl_->in_flight.Set(records); }

void metrics::compiled_tests(std::size_t count, std::size_t bytes) {
    impl_->compiled_tests.Set(static_cast<double>(count));
    impl_->compiled_bytes.Set(static_cast<double>(bytes));
}

void metrics::spool(std::uint64_t records, std::uint64_t bytes, seconds oldest) {
    impl_->spool_records.Set(static_cast<double>(records));
    impl_->spool_bytes.Set(static_cast<double>(bytes));
    impl_->spool_oldest.Set(oldest.count());
}

void metrics::spool_drained(std::size_t count) { impl_->spool_drained.Increment(static_cast<double>(count)); }

void metrics::retry() { impl_->retries.Increment(); }

void metrics::suspect_scored() { impl_->suspects.Increment(); }

void metrics::suspect_killed() { impl_->deaths.Increment(); }

void metrics::job_abandoned() { impl_->abandoned.Increment(); }

void metrics::threads_left(int count) { impl_->left.Set(count); }

void metrics::duplicates(std::size_t count) { impl_->duplicates.Increment(static_cast<double>(count)); }

void metrics::recent_ids(double count) { impl_->recent_ids.Set(count); }

void metrics::rebalance() { impl_->rebalances.Increment(); }

void metrics::partitions(double assigned) { impl_->partitions.Set(assigned); }

void metrics::standstill(seconds s) { impl_->standstill.Observe(s.count()); }

void metrics::http_request(std::string_view route, int status) {
    impl_->http_by_route
        .at(route, status,
            [&]() -> Counter& {
                return impl_->http.Add({{"route", std::string(route)}, {"status", std::to_string(status)}});
            })
        .Increment();
}

std::string metrics::expose() const { return prometheus::TextSerializer().Serialize(impl_->registry.Collect()); }

} // namespace gradesvc::telemetry
