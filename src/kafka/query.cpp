#include "kafka/query.hpp"

#include "kafka/errors.hpp"

#include <thread>

namespace gradesvc::kafka {
namespace {

constexpr std::chrono::milliseconds again_after{20};
constexpr std::chrono::milliseconds refresh_patience{200};

[[noreturn]] void give_up(rd_kafka_resp_err_t error, const std::string& what) {
    const auto why = "Kafka: " + what + ": " + text_of(error);
    if (means_forbidden(error)) throw ports::log_error(why);
    throw ports::log_unavailable(why);
}

metadata_ptr metadata(rd_kafka_t* client, rd_kafka_topic_t* topic, std::chrono::milliseconds timeout) {
    const rd_kafka_metadata_t* found = nullptr;
    const auto error = rd_kafka_metadata(client, 0, topic, &found, to_ms(timeout));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(error, "no broker answers");
    return metadata_ptr(found);
}

/// Asks for the offsets of a time in milliseconds, or of an edge. RD_KAFKA_OFFSET_END answers that there is none.
rd_kafka_resp_err_t ask(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions, std::int64_t what,
                        std::chrono::milliseconds timeout) {
    for (auto& one : elements(partitions)) one.offset = what;
    const auto error = rd_kafka_offsets_for_times(client, &partitions, to_ms(timeout));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
    for (const auto& one : elements(partitions)) {
        if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) return one.err;
        if (one.offset < 0 && (what < 0 || one.offset != RD_KAFKA_OFFSET_END)) return RD_KAFKA_RESP_ERR__NO_OFFSET;
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/// librdkafka asks for the leaders again when a broker says that it is not one, but not when the broker it remembers is
/// gone: then the next question would go there, too.
void refresh_leaders(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions) {
    std::string_view last;
    for (const auto& one : elements(partitions)) {
        if (one.topic == last) continue;
        last = one.topic;
        const topic_ptr topic(rd_kafka_topic_new(client, one.topic, nullptr));
        const rd_kafka_metadata_t* found = nullptr;
        const auto error = rd_kafka_metadata(client, 0, topic.get(), &found, to_ms(refresh_patience));
        const metadata_ptr unused(found); // the client remembers it
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    }
}

void ask_until_answered(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions, std::int64_t what,
                        std::chrono::milliseconds timeout) {
    if (partitions.cnt == 0) return;
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        const auto error = ask(client, partitions, what, left);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
        // A leader that has just moved, or a topic that was just made, is known a moment later.
        if (!means_forbidden(error)) refresh_leaders(client, partitions);
        if (means_forbidden(error) || left <= again_after) give_up(error, "positions of the log");
        std::this_thread::sleep_for(again_after);
    }
}

} // namespace

int partition_count(rd_kafka_t* client, const std::string& topic, std::chrono::milliseconds timeout) {
    const topic_ptr handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
    const auto found = metadata(client, handle.get(), timeout);
    if (found->topic_cnt == 0) return 0;
    const auto& about = found->topics[0];
    if (about.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return 0;
    if (about.err != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(about.err, "topic " + topic);
    return about.partition_cnt;
}

int broker_count(rd_kafka_t* client, std::chrono::milliseconds timeout) {
    return metadata(client, nullptr, timeout)->broker_cnt;
}

void find_edges(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions, edge which,
                std::chrono::milliseconds timeout) {
    ask_until_answered(client, partitions, static_cast<std::int64_t>(which), timeout);
}

void find_times(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions, ports::time_ms time,
                std::chrono::milliseconds timeout) {
    // The end first: what is appended meanwhile is not passed over.
    const partition_list end(rd_kafka_topic_partition_list_copy(&partitions));
    find_edges(client, *end, edge::end, timeout);
    ask_until_answered(client, partitions, std::max<std::int64_t>(time.time_since_epoch().count(), 0), timeout);
    for (int i = 0; i < partitions.cnt; ++i)
        if (partitions.elems[i].offset < 0) partitions.elems[i].offset = end->elems[i].offset;
}

partition_list all_partitions(rd_kafka_t* client, std::span<const std::string> topics,
                              std::chrono::milliseconds timeout) {
    auto list = make_partition_list(16);
    for (const auto& topic : topics) {
        const int count = partition_count(client, topic, timeout);
        if (count == 0) give_up(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "topic " + topic);
        rd_kafka_topic_partition_list_add_range(list.get(), topic.c_str(), 0, count - 1);
    }
    return list;
}

} // namespace gradesvc::kafka
