// Records in and out of librdkafka's messages.
#pragma once

#include "kafka/client.hpp"

#include <shared_mutex>

namespace gradesvc::kafka {

/// Copies the bytes into one block of their own: a record then outlives its consumer, and a record that waits long does
/// not keep the whole fetched batch in memory.
ports::record copy_record(const rd_kafka_message_t& message, std::string_view topic, ports::time_ms time,
                          const std::vector<ports::header_view>& headers);

/// The same with the time and the headers of the message.
ports::record to_record(const rd_kafka_message_t& message, std::string_view topic);

/// The record that a failed message was to be. The partition is left to the key, where it has one.
ports::outgoing to_outgoing(const rd_kafka_message_t& message);

/// The place of a record in its window, as what comes back with its delivery report.
inline void* to_opaque(std::size_t index) {
    return reinterpret_cast<void*>(index + 1); // NOLINT(performance-no-int-to-ptr): a number all the way
}
inline std::size_t index_of(const rd_kafka_message_t& message) {
    return reinterpret_cast<std::uintptr_t>(message._private) - 1;
}

/// Appends records to the queue of a producer. Thread-safe.
class record_sender {
public:
    explicit record_sender(rd_kafka_t* producer) : producer_(producer) {}

    /// Copies the record. `opaque` comes back with the delivery report, unless an error is returned.
    rd_kafka_resp_err_t send(const ports::outgoing& record, void* opaque);

private:
    rd_kafka_topic_t* topic(const std::string& name);

    rd_kafka_t* producer_;
    std::shared_mutex mutex_;
    std::map<std::string, topic_ptr> topics_;
};

} // namespace gradesvc::kafka
