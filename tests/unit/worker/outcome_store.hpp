// A log in memory that holds results and dead letters for the history of a worker. Thread-safe.
#pragma once

#include "gradesvc/app/topics.hpp"
#include "gradesvc/domain/submission_id.hpp"
#include "gradesvc/ports/log.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace gradesvc::test {

class outcome_store final : public ports::log {
public:
    explicit outcome_store(std::int32_t partitions);

    /// Outcomes of a submission, now unless `when` says otherwise. The id is that of the position unless given.
    void result(std::int32_t partition, std::int64_t source, const std::string& revision = "/1",
                std::optional<domain::submission_id> id = {}, std::optional<ports::time_ms> when = {});
    void letter(std::int32_t partition, std::int64_t source, std::optional<domain::submission_id> id = {});

    /// The id of an outcome that was given none.
    static domain::submission_id id_of(std::int32_t partition, std::int64_t source);

    /// Readers that begin before that time get nothing until the gate is moved.
    void hold_before(std::optional<ports::time_ms> gate);
    std::size_t records_read() const { return read_; }
    std::optional<ports::time_ms> earliest_asked() const;

    std::vector<int> ensure_topics(std::span<const ports::topic_spec>) override;
    std::unique_ptr<ports::publisher> make_publisher() override;
    std::unique_ptr<ports::consumer> make_consumer(const ports::consumer_options&) override;
    std::unique_ptr<ports::reader> make_reader(std::vector<std::string>, ports::positions, ports::flow) override;
    std::unique_ptr<ports::reader> make_reader(ports::positions from) override;
    ports::positions end(std::span<const std::string> topics, std::chrono::milliseconds) override;
    ports::positions written_end(std::span<const std::string> topics, std::chrono::milliseconds) override;
    ports::positions begin(std::span<const std::string> topics, std::chrono::milliseconds) override;
    ports::positions at(std::span<const std::string> topics, ports::time_ms time, std::chrono::milliseconds) override;
    std::map<std::int32_t, ports::group_position> group_positions(const std::string&, const std::string&,
                                                                  std::chrono::milliseconds) override;

private:
    struct entry {
        ports::time_ms time;
        std::vector<std::pair<std::string, std::string>> headers;
    };
    struct reader;
    using place = std::pair<std::string, std::int32_t>;

    void append(const place& where, std::optional<ports::time_ms> when,
                std::vector<std::pair<std::string, std::string>> headers);

    const app::topics names_;
    const std::int32_t partitions_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<place, std::deque<entry>> records_; // deques: readers keep views into them
    std::optional<ports::time_ms> gate_;
    std::optional<ports::time_ms> earliest_asked_;
    std::atomic<std::size_t> read_{0};
};

} // namespace gradesvc::test
