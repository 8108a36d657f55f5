#include "kafka/at_least_once.hpp"

#include "gradesvc/faults/fault.hpp"
#include "kafka/errors.hpp"

#include <array>

namespace gradesvc::kafka {

at_least_once::at_least_once(const config& settings, std::size_t batch_bytes, connection_log& log)
    : client_(RD_KAFKA_PRODUCER, settings, plain_producer_profile(batch_bytes), log,
              {.delivery = [this](const rd_kafka_message_t& message) { delivered(message); },
               .statistics = {},
               .error = {},
               .rebalance = {}}),
      sender_(client_.get()) {}

at_least_once::~at_least_once() = default;

void at_least_once::delivered(const rd_kafka_message_t& message) {
    --pending_;
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    const auto why = delivery_errc(message.err, rd_kafka_message_status(&message));
    // Doubles are allowed here, so an unknown outcome may simply be tried again.
    if (why == ports::log_errc::too_large)
        result_ = {why, index_of(message)};
    else if (!result_.error)
        result_ = {ports::log_errc::unavailable};
}

void at_least_once::produce(std::span<const ports::outgoing> outputs) {
    for (std::size_t i = 0; i < outputs.size() && !result_.error; ++i) {
        auto error = sender_.send(outputs[i], to_opaque(i));
        for (; error == RD_KAFKA_RESP_ERR__QUEUE_FULL; error = sender_.send(outputs[i], to_opaque(i)))
            rd_kafka_poll(client_.get(), 10);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
            ++pending_;
        else
            result_ = {delivery_errc(error, RD_KAFKA_MSG_STATUS_NOT_PERSISTED), i};
    }
    while (pending_ > 0) rd_kafka_flush(client_.get(), 100); // message.timeout.ms bounds it
}

ports::commit_result at_least_once::commit(std::span<const ports::outgoing> outputs,
                                           rd_kafka_topic_partition_list_t* offsets, rd_kafka_t* consumer) {
    result_ = {};
    produce(outputs);
    faults::point("kafka.results_written");
    std::array<char, 256> why{};
    if (const auto fatal = rd_kafka_fatal_error(client_.get(), why.data(), why.size());
        fatal != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw ports::log_error(std::string("Kafka producer: ") + why.data());
    if (result_.error || offsets->cnt == 0) return result_;
    const auto error = rd_kafka_commit(consumer, offsets, 0);
    faults::point("kafka.positions_written");
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (means_forbidden(error)) throw ports::log_error("Kafka refuses to store positions: " + text_of(error));
    const bool ended = rd_kafka_fatal_error(consumer, nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
    return {ended || means_fenced(error) ? ports::log_errc::fenced : ports::log_errc::unavailable};
}

} // namespace gradesvc::kafka
