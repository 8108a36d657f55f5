#include "gradesvc/kafka/log.hpp"

#include "kafka/admin.hpp"
#include "kafka/consumer.hpp"
#include "kafka/publisher.hpp"
#include "kafka/query.hpp"
#include "kafka/reader.hpp"
#include "kafka/topics.hpp"

#include <algorithm>

namespace gradesvc::kafka {
namespace {

class kafka_log final : public ports::log {
public:
    explicit kafka_log(config settings)
        : settings_(std::move(settings)),
          connection_(settings_.brokers),
          queries_(RD_KAFKA_CONSUMER, settings_, query_profile(isolation::read_committed), connection_) {}

    std::vector<int> ensure_topics(std::span<const ports::topic_spec> topics) override {
        auto report = kafka::ensure_topics(queries_.get(), settings_, topics);
        connection_.connected();
        auto limit = batch_bytes_.load();
        while (report.smallest_limit < limit && !batch_bytes_.compare_exchange_weak(limit, report.smallest_limit)) {}
        return std::move(report.partitions);
    }

    std::unique_ptr<ports::publisher> make_publisher() override {
        return std::make_unique<publisher>(settings_, publisher_profile(batch_bytes_, settings_.publish_timeout),
                                           connection_);
    }

    std::unique_ptr<ports::publisher> make_patient_publisher() override {
        return std::make_unique<publisher>(settings_, patient_publisher_profile(batch_bytes_), connection_);
    }

    std::unique_ptr<ports::consumer> make_consumer(const ports::consumer_options& options) override {
        return std::make_unique<consumer>(settings_, options, batch_bytes_, connection_);
    }

    std::unique_ptr<ports::reader> make_reader(std::vector<std::string> topics, ports::positions from,
                                               ports::flow what) override {
        return std::make_unique<reader>(settings_, std::move(topics), std::move(from), what, connection_);
    }

    std::unique_ptr<ports::reader> make_reader(ports::positions from) override {
        return std::make_unique<reader>(settings_, std::move(from), connection_);
    }

    ports::positions end(std::span<const std::string> topics, std::chrono::milliseconds timeout) override {
        const auto list = partitions_of(topics, timeout);
        find_edges(queries_.get(), *list, edge::end, timeout);
        return offsets_in(*list);
    }

    ports::positions written_end(std::span<const std::string> topics, std::chrono::milliseconds timeout) override {
        const auto list = partitions_of(topics, timeout);
        std::call_once(uncommitted_made_, [this] {
            uncommitted_.emplace(RD_KAFKA_CONSUMER, settings_, query_profile(isolation::read_uncommitted), connection_);
        });
        find_edges(uncommitted_->get(), *list, edge::end, timeout);
        return offsets_in(*list);
    }

    ports::positions begin(std::span<const std::string> topics, std::chrono::milliseconds timeout) override {
        const auto list = partitions_of(topics, timeout);
        find_edges(queries_.get(), *list, edge::begin, timeout);
        return offsets_in(*list);
    }

    ports::positions at(std::span<const std::string> topics, ports::time_ms time,
                        std::chrono::milliseconds timeout) override {
        const auto list = partitions_of(topics, timeout);
        find_times(queries_.get(), *list, time, timeout);
        return offsets_in(*list);
    }

    std::map<std::int32_t, ports::group_position> group_positions(const std::string& group, const std::string& topic,
                                                                  std::chrono::milliseconds timeout) override {
        const auto list = partitions_of(std::span(&topic, 1), timeout);
        return kafka::group_positions(queries_.get(), group, *list, timeout);
    }

private:
    partition_list partitions_of(std::span<const std::string> topics, std::chrono::milliseconds timeout) {
        auto list = make_partition_list(16);
        for (const auto& topic : topics)
            rd_kafka_topic_partition_list_add_range(list.get(), topic.c_str(), 0, partitions_of(topic, timeout) - 1);
        return list;
    }

    static ports::positions offsets_in(rd_kafka_topic_partition_list_t& list) {
        ports::positions found;
        for (const auto& one : elements(list)) found.insert({{one.topic, one.partition}, one.offset});
        return found;
    }

    /// Asked once: the number of partitions of a keyed topic does not change.
    int partitions_of(const std::string& topic, std::chrono::milliseconds timeout) {
        {
            const std::lock_guard lock(mutex_);
            if (const auto found = partitions_.find(topic); found != partitions_.end()) return found->second;
        }
        const int count = partition_count(queries_.get(), topic, timeout);
        if (count == 0) throw ports::log_unavailable("Kafka: there is no topic " + topic + " yet");
        const std::lock_guard lock(mutex_);
        return partitions_.insert_or_assign(topic, count).first->second;
    }

    const config settings_;
    connection_log connection_; // outlives the clients
    client queries_;
    std::once_flag uncommitted_made_;
    std::optional<client> uncommitted_; // few ask
    std::atomic<std::size_t> batch_bytes_ = 1'000'000;
    std::mutex mutex_;
    std::map<std::string, int> partitions_; // guarded by mutex_
};

} // namespace

std::unique_ptr<ports::log> make_log(config settings) { return std::make_unique<kafka_log>(std::move(settings)); }

} // namespace gradesvc::kafka
