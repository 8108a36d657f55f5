#include "kafka/reader.hpp"

#include "kafka/errors.hpp"
#include "kafka/message.hpp"
#include "kafka/query.hpp"

#include <algorithm>
#include <thread>

namespace gradesvc::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t max_records = 2000; // of one read

milliseconds until(steady_clock::time_point deadline) {
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(deadline - steady_clock::now()));
}

std::vector<std::string> topics_of(const ports::positions& from) {
    std::vector<std::string> topics;
    for (const auto& [where, offset] : from)
        if (topics.empty() || topics.back() != where.first) topics.push_back(where.first);
    return topics;
}

} // namespace

reader::reader(const config& settings, std::vector<std::string> topics, ports::positions from, ports::flow what,
               connection_log& log)
    : topics_(std::move(topics)),
      all_(true),
      next_(std::move(from)),
      log_(log),
      client_(RD_KAFKA_CONSUMER, settings, reader_profile(what), log),
      queue_(rd_kafka_queue_new(client_.get())) {}

reader::reader(const config& settings, ports::positions from, connection_log& log)
    : topics_(topics_of(from)),
      all_(false),
      next_(std::move(from)),
      log_(log),
      client_(RD_KAFKA_CONSUMER, settings, reader_profile(ports::flow::stream), log),
      queue_(rd_kafka_queue_new(client_.get())) {}

reader::~reader() {
    for (const auto& s : sources_) rd_kafka_consume_stop(s.topic.get(), s.partition);
}

partition_list reader::wanted(milliseconds timeout) const {
    if (all_) return all_partitions(client_.get(), topics_, timeout);
    auto list = make_partition_list(next_.size());
    for (const auto& [where, offset] : next_)
        rd_kafka_topic_partition_list_add(list.get(), where.first.c_str(), where.second);
    return list;
}

bool reader::start(milliseconds timeout) {
    auto* rk = client_.get();
    const auto deadline = steady_clock::now() + timeout;
    ports::positions from;
    try {
        const auto begin = wanted(std::max(timeout, milliseconds(100)));
        const partition_list end(rd_kafka_topic_partition_list_copy(begin.get()));
        find_edges(rk, *begin, edge::begin, std::max(until(deadline), milliseconds(100)));
        find_edges(rk, *end, edge::end, std::max(until(deadline), milliseconds(100)));
        for (int i = 0; i < begin->cnt; ++i) {
            const auto& first = begin->elems[i];
            const auto wanted = next_.find({first.topic, first.partition});
            const bool held =
                wanted != next_.end() && wanted->second >= first.offset && wanted->second <= end->elems[i].offset;
            from.insert({{first.topic, first.partition}, held ? wanted->second : first.offset});
        }
    } catch (const ports::log_unavailable& e) {
        log_.line(7, "READER", e.what());
        return false;
    }
    next_ = std::move(from);
    for (const auto& [where, offset] : next_) {
        topic_ptr topic(rd_kafka_topic_new(rk, where.first.c_str(), nullptr));
        if (rd_kafka_consume_start_queue(topic.get(), where.second, offset, queue_.get()) != 0)
            throw ports::log_error("Kafka: read " + where.first + ": " + text_of(rd_kafka_last_error()));
        sources_.push_back({std::move(topic), where.second});
    }
    log_.connected();
    return true;
}

std::string_view reader::topic_of(const rd_kafka_message_t& message) const {
    const std::string_view name = rd_kafka_topic_name(message.rkt);
    return *std::find(topics_.begin(), topics_.end(), name);
}

/// Whether next() has moved.
bool reader::take(const rd_kafka_message_t& message, std::vector<ports::record>& into) {
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        into.push_back(to_record(message, topic_of(message)));
        next_[{std::string(into.back().topic), message.partition}] = message.offset + 1;
        return true;
    }
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        auto& next = next_[{rd_kafka_topic_name(message.rkt), message.partition}];
        return std::exchange(next, message.offset) != message.offset;
    }
    if (means_forbidden(message.err))
        throw ports::log_error(std::string("Kafka refuses to read: ") + rd_kafka_message_errstr(&message));
    log_.line(4, "READER", rd_kafka_message_errstr(&message));
    return false;
}

std::vector<ports::record> reader::read(milliseconds timeout) {
    std::vector<ports::record> records;
    const auto deadline = steady_clock::now() + timeout;
    if (sources_.empty() && !start(timeout)) {
        std::this_thread::sleep_until(std::min(deadline, steady_clock::now() + milliseconds(100)));
        return records;
    }
    bool moved = false;
    while (records.size() < max_records) {
        const message_ptr message(rd_kafka_consume_queue(queue_.get(), moved ? 0 : to_ms(until(deadline))));
        if (message)
            moved |= take(*message, records);
        else if (moved || steady_clock::now() >= deadline)
            break;
    }
    return records;
}

} // namespace gradesvc::kafka
