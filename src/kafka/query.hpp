// Questions to the cluster that block for a round trip. All throw ports::log_unavailable when there is no answer in time
// and ports::log_error when the right is missing.
#pragma once

#include "kafka/client.hpp"

#include <cstring>
#include <span>

namespace gradesvc::kafka {

/// Number of partitions; 0 when there is no such topic.
int partition_count(rd_kafka_t* client, const std::string& topic, std::chrono::milliseconds timeout);

int broker_count(rd_kafka_t* client, std::chrono::milliseconds timeout);

enum class edge : std::int64_t { begin = RD_KAFKA_OFFSET_BEGINNING, end = RD_KAFKA_OFFSET_END };

/// Replaces the offset of every element by that edge of its partition; `end` is what read_committed sees.
void find_edges(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions, edge which,
                std::chrono::milliseconds timeout);

/// Replaces the offset of every element by that of its first record with `time` or a later one, its end where there is
/// none.
void find_times(rd_kafka_t* client, rd_kafka_topic_partition_list_t& partitions, ports::time_ms time,
                std::chrono::milliseconds timeout);

/// All partitions of the topics.
partition_list all_partitions(rd_kafka_t* client, std::span<const std::string> topics,
                              std::chrono::milliseconds timeout);

inline std::span<rd_kafka_topic_partition_t> elements(rd_kafka_topic_partition_list_t& list) {
    return {list.elems, static_cast<std::size_t>(list.cnt)};
}

/// The note of a committed position. librdkafka copies it up to the first NUL, whatever the size says.
inline std::string_view note_of(const rd_kafka_topic_partition_t& one) {
    const auto* text = static_cast<const char*>(one.metadata);
    return text == nullptr ? std::string_view() : std::string_view(text, strnlen(text, one.metadata_size));
}

inline int to_ms(std::chrono::milliseconds timeout) {
    return static_cast<int>(std::max<std::int64_t>(timeout.count(), 0));
}

} // namespace gradesvc::kafka
