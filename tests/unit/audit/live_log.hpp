// A log in memory on which a service goes on: at every call clients submit and a worker scores and commits. Commits become
// visible as on Kafka: the positions first, then one topic after the other.
#pragma once

#include "gradesvc/app/topics.hpp"
#include "gradesvc/domain/submission_id.hpp"
#include "gradesvc/ports/log.hpp"
#include "unit/app/fakes.hpp"
#include "worker/finished_offsets.hpp"

#include <algorithm>
#include <deque>
#include <random>
#include <set>

namespace gradesvc::audit::test {

using app::test::stored;

class live_log final : public ports::log {
public:
    static constexpr int partitions = 3;

    explicit live_log(unsigned seed) : random_(seed) {
        for (const auto& topic : {names.submissions, names.results, names.dead_letters, names.definitions})
            for (int p = 0; p < partitions; ++p) topics_[{topic, p}];
    }

    const app::topics names{};
    bool running = true; ///< whether the service goes on
    bool commits = true; ///< whether the worker notes what it has done

    void append(stored record) {
        auto& to = topics_.at({record.topic, record.partition});
        record.offset = static_cast<std::int64_t>(to.records.size());
        to.records.push_back(std::move(record));
        to.visible = to.records.size();
    }

    /// What a client and a worker do in a moment.
    void step() {
        if (any(3) == 0) submit();
        if (any(3) == 0) score();
        if (any(4) == 0) reveal();
    }
    void steps(int count) {
        for (int i = 0; i < count; ++i) step();
    }
    /// Everything submitted is scored and visible.
    void settle() {
        while (scored_ < static_cast<int>(submitted_.size())) score();
        while (!hidden_.empty()) reveal();
    }
    /// Drops records before `offset`.
    void expire(const std::string& topic, std::int32_t p, std::int64_t offset) {
        topics_.at({topic, p}).first = offset;
    }
    stored& record(const std::string& topic, std::int32_t p, std::size_t offset) {
        return topics_.at({topic, p}).records.at(offset);
    }
    std::size_t size(const std::string& topic, std::int32_t p) const { return topics_.at({topic, p}).records.size(); }
    void drop(const std::string& topic, std::int32_t p, std::size_t offset) {
        topics_.at({topic, p}).holes.insert(static_cast<std::int64_t>(offset));
    }
    void add_definition(const std::string& json) { append({.topic = names.definitions, .value = json}); }

    // ports::log
    std::vector<int> ensure_topics(std::span<const ports::topic_spec>) override { throw std::logic_error("unused"); }
    std::unique_ptr<ports::publisher> make_publisher() override { throw std::logic_error("unused"); }
    std::unique_ptr<ports::consumer> make_consumer(const ports::consumer_options&) override {
        throw std::logic_error("unused");
    }
    std::unique_ptr<ports::reader> make_reader(std::vector<std::string>, ports::positions, ports::flow) override {
        throw std::logic_error("unused");
    }
    std::unique_ptr<ports::reader> make_reader(ports::positions from) override;
    ports::positions end(std::span<const std::string> topics, std::chrono::milliseconds) override;
    ports::positions written_end(std::span<const std::string> topics, std::chrono::milliseconds) override;
    ports::positions begin(std::span<const std::string> topics, std::chrono::milliseconds) override;
    ports::positions at(std::span<const std::string>, ports::time_ms, std::chrono::milliseconds) override {
        throw std::logic_error("unused");
    }
    std::map<std::int32_t, ports::group_position> group_positions(const std::string&, const std::string&,
                                                                  std::chrono::milliseconds) override;

private:
    struct content {
        std::deque<stored> records;
        std::size_t visible = 0;
        std::int64_t first = 0;
        std::set<std::int64_t> holes;
    };

    class reader;

    int any(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
    void pass() {
        if (running) steps(any(20));
    }

    ports::positions ask(std::span<const std::string> topics, std::int64_t (*what)(const content&));
    void submit();
    void score();
    void reveal();

    std::mt19937 random_;
    std::map<std::pair<std::string, std::int32_t>, content> topics_;
    std::vector<std::pair<std::int32_t, std::int64_t>> submitted_;
    int scored_ = 0;
    std::deque<std::pair<std::string, std::int32_t>> hidden_;
    std::map<std::int32_t, worker::finished_offsets> committed_;
};

} // namespace gradesvc::audit::test
