#include "gradesvc/telemetry/metrics.hpp"

#include "support/catch.hpp"

#include <string>
#include <thread>
#include <vector>

using gradesvc::telemetry::metrics;
using gradesvc::telemetry::seconds;

namespace {

bool has_line(const std::string& text, const std::string& line) {
    return ('\n' + text).find('\n' + line + '\n') != std::string::npos;
}

} // namespace

TEST_CASE("every unlabelled metric of the contract is there from the start") {
    const std::string text = metrics("1.2.3").expose();
    for (const char* line : {"gradesvc_submissions_accepted_total 0",
                             "gradesvc_submissions_scored_total 0",
                             "gradesvc_accept_duration_seconds_count 0",
                             "gradesvc_score_duration_seconds_count 0",
                             "gradesvc_commit_duration_seconds_count 0",
                             "gradesvc_result_latency_seconds_count 0",
                             "gradesvc_oldest_unscored_seconds 0",
                             "gradesvc_in_flight_records 0",
                             "gradesvc_retries_total 0",
                             "gradesvc_rebalances_total 0",
                             "gradesvc_spool_records 0",
                             "gradesvc_spool_bytes 0",
                             "gradesvc_commit_failures_total 0",
                             "gradesvc_assigned_partitions 0",
                             "gradesvc_last_commit_timestamp_seconds 0",
                             "gradesvc_rebalance_standstill_seconds_count 0",
                             "gradesvc_submissions_failed_total{reason=\"unknown_test\"} 0",
                             "gradesvc_build_info{version=\"1.2.3\"} 1",
                             "# TYPE gradesvc_submissions_accepted_total counter",
                             "# TYPE gradesvc_accept_duration_seconds histogram",
                             "# TYPE gradesvc_in_flight_records gauge"}) {
        INFO(line);
        CHECK(has_line(text, line));
    }
}

TEST_CASE("counters and gauges show what was counted") {
    metrics m("0");
    m.accepted();
    m.accepted();
    m.scored(40);
    m.failed("malformed");
    m.retry();
    m.rebalance();
    m.commit_failure();
    m.partitions(6);
    m.in_flight(12);
    m.compiled_tests(3, 4096);
    m.oldest_unscored(seconds(1.5));
    const std::string text = m.expose();
    CHECK(has_line(text, "gradesvc_submissions_accepted_total 2"));
    CHECK(has_line(text, "gradesvc_submissions_scored_total 40"));
    CHECK(has_line(text, "gradesvc_submissions_failed_total{reason=\"malformed\"} 1"));
    CHECK(has_line(text, "gradesvc_retries_total 1"));
    CHECK(has_line(text, "gradesvc_rebalances_total 1"));
    CHECK(has_line(text, "gradesvc_commit_failures_total 1"));
    CHECK(has_line(text, "gradesvc_assigned_partitions 6"));
    CHECK(has_line(text, "gradesvc_in_flight_records 12"));
    CHECK(has_line(text, "gradesvc_compiled_tests 3"));
    CHECK(has_line(text, "gradesvc_compiled_tests_bytes 4096"));
    CHECK(has_line(text, "gradesvc_oldest_unscored_seconds 1.5"));
}

TEST_CASE("durations fall into their buckets") {
    metrics m("0");
    m.accept_duration(std::chrono::milliseconds(3));
    m.score_duration(std::chrono::microseconds(20));
    m.commit_duration(std::chrono::milliseconds(18));
    m.result_latency(std::chrono::minutes(3));
    const std::string text = m.expose();
    CHECK(has_line(text, "gradesvc_accept_duration_seconds_bucket{le=\"0.0025\"} 0"));
    CHECK(has_line(text, "gradesvc_accept_duration_seconds_bucket{le=\"0.005\"} 1"));
    CHECK(has_line(text, "gradesvc_score_duration_seconds_bucket{le=\"1e-05\"} 0"));
    CHECK(has_line(text, "gradesvc_score_duration_seconds_bucket{le=\"60\"} 1"));
    CHECK(has_line(text, "gradesvc_commit_duration_seconds_bucket{le=\"0.02\"} 1"));
    CHECK(has_line(text, "gradesvc_result_latency_seconds_bucket{le=\"120\"} 0"));
    CHECK(has_line(text, "gradesvc_result_latency_seconds_bucket{le=\"600\"} 1"));
    CHECK(has_line(text, "gradesvc_result_latency_seconds_sum 180"));
}

TEST_CASE("a commit that succeeds leaves its time") {
    metrics m("0");
    CHECK(has_line(m.expose(), "gradesvc_last_commit_timestamp_seconds 0"));
    m.commit_duration(seconds(0.01));
    CHECK_FALSE(has_line(m.expose(), "gradesvc_last_commit_timestamp_seconds 0"));
}

TEST_CASE("the lag of a partition goes away with the partition") {
    metrics m("0");
    m.consumer_lag("test_submissions", 3, 17, seconds(2.5));
    m.consumer_lag("test_submissions", 4, 1, seconds(0));
    const std::string lag3 = "gradesvc_consumer_lag_records{partition=\"3\",topic=\"test_submissions\"}";
    const std::string lag4 = "gradesvc_consumer_lag_records{partition=\"4\",topic=\"test_submissions\"}";
    const std::string age3 = "gradesvc_consumer_lag_seconds{partition=\"3\",topic=\"test_submissions\"}";
    CHECK(has_line(m.expose(), lag3 + " 17"));
    CHECK(has_line(m.expose(), age3 + " 2.5"));
    m.forget_lag("test_submissions", 3);
    m.forget_lag("test_submissions", 9); // never set
    CHECK(m.expose().find(lag3) == std::string::npos);
    CHECK(m.expose().find(age3) == std::string::npos);
    CHECK(has_line(m.expose(), lag4 + " 1"));
    m.consumer_lag("test_submissions", 3, 2, seconds(1));
    CHECK(has_line(m.expose(), lag3 + " 2"));
}

TEST_CASE("requests are counted by route and status from any thread") {
    metrics m("0");
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&m, t] {
                for (int i = 0; i < 1000; ++i) {
                    m.http_request("/v1/submissions", 202);
                    m.http_request("/v1/submissions/{id}", i % 2 == 0 ? 200 : 404);
                    m.consumer_lag("t", t, i, seconds(i));
                    if (i % 10 == 0) m.forget_lag("t", t);
                }
            });
        for (int i = 0; i < 20; ++i) m.expose();
    }
    const std::string text = m.expose();
    CHECK(has_line(text, "gradesvc_http_requests_total{route=\"/v1/submissions\",status=\"202\"} 4000"));
    CHECK(has_line(text, "gradesvc_http_requests_total{route=\"/v1/submissions/{id}\",status=\"404\"} 2000"));
}
