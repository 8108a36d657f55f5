#include "helpers.hpp"

#include "support/catch.hpp"

#include <future>
#include <thread>

namespace gradesvc::test {

using namespace std::chrono_literals;

seen copy_of(const ports::record& record) {
    seen copy{.topic = std::string(record.topic),
              .partition = record.partition,
              .offset = record.offset,
              .key = std::nullopt,
              .value = std::string(record.value),
              .headers = {}};
    if (record.key) copy.key = std::string(*record.key);
    for (const auto& h : record.headers) copy.headers.emplace_back(h.name, h.value);
    return copy;
}

ports::outgoing record_of(const std::string& topic, std::string key, std::string value) {
    return {.topic = topic, .key = std::move(key), .value = std::move(value), .headers = {}};
}

std::string make_topic(ports::log& log, const std::string& what, int partitions) {
    const ports::topic_spec spec{.name = fixture::fresh_name(what), .partitions = partitions};
    REQUIRE(log.ensure_topics(std::span(&spec, 1)) == std::vector{partitions});
    return spec.name;
}

ports::delivery publish(ports::publisher& publisher, const ports::outgoing& record) {
    auto done = std::make_shared<std::promise<ports::delivery>>();
    auto outcome = done->get_future();
    publisher.publish(record, [done](const ports::delivery& d) { done->set_value(d); });
    if (outcome.wait_for(patience) != std::future_status::ready) FAIL("a publish was never decided");
    return outcome.get();
}

std::vector<ports::delivery> publish_all(ports::publisher& publisher, const std::vector<ports::outgoing>& records) {
    std::vector<ports::delivery> deliveries(records.size());
    const deadline limit;
    for (std::size_t i = 0; i < records.size();) {
        // queue_full is told inside the call, anything else goes to the place of the record
        auto refused = std::make_shared<std::atomic<bool>>(false);
        publisher.publish(records[i], [&deliveries, i, refused](const ports::delivery& d) {
            if (d.error == ports::log_errc::queue_full)
                *refused = true;
            else
                deliveries[i] = d;
        });
        if (!*refused)
            ++i;
        else if (limit.passed())
            FAIL("the queue stays full");
        else
            std::this_thread::sleep_for(1ms);
    }
    REQUIRE(publisher.flush(patience));
    return deliveries;
}

std::vector<ports::outgoing> numbered(const std::string& topic, int count, int keys) {
    std::vector<ports::outgoing> records;
    for (int i = 0; i < count; ++i)
        records.push_back(record_of(topic, "k" + std::to_string(i % keys), std::to_string(i)));
    return records;
}

std::vector<seen> read_to_end(ports::log& log, ports::reader& reader, const std::vector<std::string>& topics) {
    std::vector<seen> all;
    const auto end = log.end(topics, 10s);
    const deadline limit;
    while (!ports::reached(reader.next(), end)) {
        if (limit.passed()) FAIL("the reader does not reach the end of the log");
        for (const auto& record : reader.read(100ms)) all.push_back(copy_of(record));
    }
    return all;
}

std::vector<seen> read_all(ports::log& log, const std::string& topic) {
    const auto reader = log.make_reader({topic}, {});
    return read_to_end(log, *reader, {topic});
}

ports::polled poll_until(ports::consumer& consumer, const std::function<bool(const ports::polled&)>& enough) {
    ports::polled all;
    const deadline limit;
    const auto append = [](auto& to, auto& from) { std::move(from.begin(), from.end(), std::back_inserter(to)); };
    while (!enough(all)) {
        if (limit.passed()) FAIL("a consumer does not get what it waits for");
        auto news = consumer.poll(100ms);
        append(all.lost, news.lost);
        append(all.losing, news.losing);
        append(all.gained, news.gained);
        append(all.records, news.records);
    }
    return all;
}

copier::copier(ports::log& log, const std::string& from, std::string to, const std::string& group,
               const std::string& instance)
    : to_(std::move(to)), consumer_(log.make_consumer({.group = group, .topic = from, .instance = instance})) {}

void copier::step(std::chrono::milliseconds timeout, std::size_t window) {
    const auto news = consumer_->poll(timeout);
    follow(news);
    std::vector<ports::outgoing> outputs;
    std::map<std::int32_t, std::int64_t> positions;
    for (std::size_t i = 0; i < news.records.size(); ++i) {
        const auto& r = news.records[i];
        auto& output = outputs.emplace_back(record_of(to_, std::string(*r.key), std::string(r.value)));
        output.partition = r.partition;
        positions[r.partition] = r.offset + 1;
        const bool full = outputs.size() == window || i + 1 == news.records.size();
        if (full && !commit(outputs, positions)) return;
    }
}

void copier::follow(const ports::polled& news) {
    for (const auto p : news.lost) positions_.erase(p);
    for (const auto p : news.losing) positions_.erase(p); // everything polled before has been committed
    if (!news.losing.empty()) consumer_->release();
    for (const auto& gained : news.gained) positions_[gained.partition] = gained.position;
    owned_ = static_cast<int>(positions_.size());
}

/// False when the window is to be discarded.
bool copier::commit(std::vector<ports::outgoing>& outputs, std::map<std::int32_t, std::int64_t>& positions) {
    std::vector<ports::checkpoint> checkpoints;
    for (const auto& [partition, position] : positions)
        checkpoints.push_back({partition, position, std::to_string(position)});
    before_commit();
    auto result = consumer_->commit(outputs, checkpoints);
    for (const deadline limit; result.error == ports::log_errc::unavailable && !limit.passed();)
        result = consumer_->commit(outputs, checkpoints);
    if (result.error) return false;
    copied_ += static_cast<int>(outputs.size());
    after_commit();
    outputs.clear();
    positions.clear();
    return true;
}

} // namespace gradesvc::test
