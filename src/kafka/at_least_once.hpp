// Windows without transactions: outputs first, then positions. A crash in between repeats outputs, never loses one.
#pragma once

#include "kafka/message.hpp"

#include <span>

namespace gradesvc::kafka {

/// One commit at a time.
class at_least_once {
public:
    at_least_once(const config& settings, std::size_t batch_bytes, connection_log& log);
    ~at_least_once();

    /// Throws log_error where going on is impossible.
    ports::commit_result commit(std::span<const ports::outgoing> outputs, rd_kafka_topic_partition_list_t* offsets,
                                rd_kafka_t* consumer);

private:
    void delivered(const rd_kafka_message_t& message);
    void produce(std::span<const ports::outgoing> outputs);

    std::size_t pending_ = 0;
    ports::commit_result result_;
    client client_;
    record_sender sender_;
};

} // namespace gradesvc::kafka
