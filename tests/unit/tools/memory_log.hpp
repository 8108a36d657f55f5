// A log in memory for the tools that work on one: topics of two partitions.
#pragma once

#include "gradesvc/ports/log.hpp"

#include <map>
#include <string>
#include <vector>

namespace gradesvc::tools::test {

struct kept {
    std::optional<std::string> key = {};
    std::string value = {};
    std::vector<ports::header> headers = {};
};

class memory_log : public ports::log {
public:
    static constexpr std::int32_t partitions = 2;

    std::map<std::pair<std::string, std::int32_t>, std::vector<kept>> records;
    std::size_t takes = SIZE_MAX; ///< records that are still stored; then `error`
    boost::system::error_code error = ports::log_errc::unavailable;
    ports::time_ms time{std::chrono::milliseconds(1'777'887'000'000)}; ///< of all records

    std::int64_t add(const std::string& topic, std::int32_t partition, kept record) {
        auto& all = records[{topic, partition}];
        all.push_back(std::move(record));
        return static_cast<std::int64_t>(all.size()) - 1;
    }

    std::vector<int> ensure_topics(std::span<const ports::topic_spec> topics) override {
        return std::vector<int>(topics.size(), partitions);
    }
    std::unique_ptr<ports::publisher> make_publisher() override;
    std::unique_ptr<ports::consumer> make_consumer(const ports::consumer_options&) override { return nullptr; }
    std::unique_ptr<ports::reader> make_reader(std::vector<std::string> topics, ports::positions from,
                                               ports::flow what) override;
    std::unique_ptr<ports::reader> make_reader(ports::positions) override { return nullptr; }
    ports::positions end(std::span<const std::string> topics, std::chrono::milliseconds) override {
        ports::positions found;
        for (const auto& topic : topics)
            for (std::int32_t p = 0; p < partitions; ++p)
                found[{topic, p}] = static_cast<std::int64_t>(records[{topic, p}].size());
        return found;
    }
    ports::positions written_end(std::span<const std::string> topics, std::chrono::milliseconds limit) override {
        return end(topics, limit);
    }
    ports::positions begin(std::span<const std::string> topics, std::chrono::milliseconds limit) override {
        auto found = end(topics, limit);
        for (auto& [where, offset] : found) offset = 0;
        return found;
    }
    ports::positions at(std::span<const std::string> topics, ports::time_ms, std::chrono::milliseconds limit) override {
        return begin(topics, limit);
    }
    std::map<std::int32_t, ports::group_position> group_positions(const std::string&, const std::string&,
                                                                  std::chrono::milliseconds) override {
        return {};
    }
};

class memory_publisher : public ports::publisher {
public:
    explicit memory_publisher(memory_log& log) : log_(log) {}
    void publish(const ports::outgoing& record, ports::delivered done) override {
        if (log_.takes == 0) return done({.error = log_.error});
        --log_.takes;
        const auto partition = record.partition < 0 ? 0 : record.partition;
        done({{}, partition, log_.add(record.topic, partition, {record.key, record.value, record.headers})});
    }
    bool flush(std::chrono::milliseconds) override { return true; }
    bool available() const override { return true; }

private:
    memory_log& log_;
};

/// Brings at most two records at a time. Records are views of what the log keeps.
class memory_reader : public ports::reader {
public:
    memory_reader(memory_log& log, const std::vector<std::string>& topics, const ports::positions& from) : log_(log) {
        next_ = log.begin(topics, {});
        for (auto& [where, offset] : next_)
            if (const auto found = from.find(where); found != from.end()) offset = found->second;
    }
    std::vector<ports::record> read(std::chrono::milliseconds) override {
        std::vector<ports::record> out;
        for (auto& [where, offset] : next_)
            for (const auto& all = log_.records[where]; out.size() < 2 && offset < std::ssize(all); ++offset)
                out.push_back(view(where, offset, all[static_cast<std::size_t>(offset)]));
        return out;
    }
    ports::positions next() const override { return next_; }

private:
    ports::record view(const std::pair<std::string, std::int32_t>& where, std::int64_t offset, const kept& from) {
        ports::record record;
        record.topic = where.first;
        record.partition = where.second;
        record.offset = offset;
        record.time = log_.time;
        if (from.key) record.key = *from.key;
        record.value = from.value;
        for (const auto& h : from.headers) record.headers.push_back({h.name, h.value});
        return record;
    }

    memory_log& log_;
    ports::positions next_;
};

inline std::unique_ptr<ports::publisher> memory_log::make_publisher() {
    return std::make_unique<memory_publisher>(*this);
}
inline std::unique_ptr<ports::reader> memory_log::make_reader(std::vector<std::string> topics, ports::positions from,
                                                              ports::flow) {
    return std::make_unique<memory_reader>(*this, topics, from);
}

} // namespace gradesvc::tools::test
