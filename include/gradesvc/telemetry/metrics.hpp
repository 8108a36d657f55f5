// The metrics of docs/operations.md in Prometheus' text format. Thread-safe; never a user, submission or text as a label.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gradesvc::telemetry {

using seconds = std::chrono::duration<double>;

class metrics {
public:
    explicit metrics(std::string_view version);
    ~metrics();

    void accepted();
    void scored(std::size_t count);
    void failed(std::string_view reason);
    void accept_duration(seconds);
    void score_duration(seconds);
    void commit_duration(seconds); ///< of one that has succeeded; notes when
    void commit_failure();
    void result_latency(seconds); ///< from acceptance to the commit of the result
    void oldest_unscored(seconds);
    void consumer_lag(std::string_view topic, std::int32_t partition, double records, seconds age);
    void forget_lag(std::string_view topic, std::int32_t partition);
    void in_flight(double records);
    void compiled_tests(std::size_t count, std::size_t bytes);
    void spool(std::uint64_t records, std::uint64_t bytes, seconds oldest); ///< what is kept now
    void spool_drained(std::size_t count);
    void retry();
    void suspect_scored();
    void suspect_killed(); ///< its scorer, that is
    void job_abandoned();
    void threads_left(int count);
    void duplicates(std::size_t count); ///< submissions whose outcome was there already
    void recent_ids(double count);
    void rebalance();
    void partitions(double assigned);
    void standstill(seconds); ///< from giving up all partitions to having some again
    void http_request(std::string_view route, int status);

    std::string expose() const;

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace gradesvc::telemetry
