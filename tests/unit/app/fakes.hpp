// What use cases need from outside, made for tests: a clock that stands, a log of records in memory, and a catalog that
// follows its definitions.
#pragma once

#include "gradesvc/app/catalog.hpp"
#include "gradesvc/app/topics.hpp"
#include "gradesvc/ports/clock.hpp"
#include "gradesvc/ports/follower.hpp"
#include "gradesvc/ports/log.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gradesvc::app::test {

inline ports::time_ms at_ms(std::int64_t ms) { return ports::time_ms(std::chrono::milliseconds(ms)); }

class fake_clock : public ports::clock {
public:
    ports::time_ms time = at_ms(1'777'887'000'007); // 2026-05-04T09:30:00.007Z
    std::uint64_t next = 1;

    ports::time_ms now() const override { return time; }
    std::array<std::uint64_t, 2> random() override { return {next++ << 48, next}; }
};

/// A record of the log that owns its texts.
struct stored {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    ports::time_ms time = at_ms(1'777'886'000'000); // before fake_clock's time
    std::optional<std::string> key = {};
    std::string value = {};
    std::vector<ports::header> headers = {};

    static stored of(const ports::outgoing& out, std::int32_t partition, std::int64_t offset, ports::time_ms time) {
        return {out.topic,  out.partition < 0 ? partition : out.partition, offset, time, out.key, out.value,
                out.headers};
    }

    /// Valid while this is there and unchanged.
    ports::record view() const {
        ports::record r;
        r.topic = topic;
        r.partition = partition;
        r.offset = offset;
        r.time = time;
        if (key) r.key = *key;
        r.value = value;
        for (const auto& h : headers) r.headers.push_back({h.name, h.value});
        return r;
    }
};

/// The value of the only header of that name; nullopt when there is none or more than one.
inline std::optional<std::string> header_of(const ports::outgoing& record, std::string_view name) {
    std::optional<std::string> found;
    for (const auto& h : record.headers)
        if (h.name == name) {
            if (found) return std::nullopt;
            found = h.value;
        }
    return found;
}

inline std::vector<std::string> header_names(const ports::outgoing& record) {
    std::vector<std::string> names;
    for (const auto& h : record.headers) names.push_back(h.name);
    return names;
}

/// Keeps what is published; definitions reach the catalog when it catches up.
class fake_log : public ports::publisher, public ports::follower {
public:
    explicit fake_log(catalog& tests) : tests_(tests) {}

    boost::system::error_code error;              ///< of every publish, when set
    ports::durable at = ports::durable::log;      ///< where it is stored
    bool reachable = true;                        ///< whether catching up succeeds
    std::function<void()> before_publish = [] {}; ///< what others do in the same moment
    std::deque<stored> records;                   ///< all that was published
    int catch_ups = 0;

    void publish(const ports::outgoing& record, ports::delivered done) override {
        before_publish();
        if (error) return done({error, -1, -1});
        append(record);
        done({{}, 0, records.back().offset, at});
    }
    void append(const ports::outgoing& record) {
        records.push_back(stored::of(record, 0, static_cast<std::int64_t>(records.size()), at_ms(0)));
    }
    bool flush(std::chrono::milliseconds) override { return true; }
    bool available() const override { return true; }

    void catch_up(std::chrono::milliseconds, std::function<void(bool)> done) override {
        ++catch_ups;
        if (reachable)
            for (; applied_ < records.size(); ++applied_)
                if (records[applied_].topic == topics().definitions) tests_.apply(records[applied_].view());
        done(reachable);
    }

private:
    catalog& tests_;
    std::size_t applied_ = 0;
};

/// The record of a version, as a publisher writes it.
inline ports::outgoing definition_record(const std::string& json) {
    return {.topic = topics().definitions, .key = "key", .value = json, .headers = {}};
}

/// Puts a version into the catalog at once.
inline void add_test(catalog& tests, const std::string& json) {
    const stored record{.topic = topics().definitions, .value = json};
    tests.apply(record.view());
}

/// Test "t" with items q1 (A, B) and q2 (A, B), both right with A.
inline std::string simple_test(std::int64_t version, const std::string& title = "T") {
    return R"({"test_id":"t","title":")" + title + R"(","version":)" + std::to_string(version) +
           R"(,"items":[{"item_id":"q1","options":["A","B"],"correct":"A"},{"item_id":"q2","options":["A","B"],"correct":"A"}]})";
}

} // namespace gradesvc::app::test
