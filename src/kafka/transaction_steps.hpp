// Private to the two files of transactions.
#pragma once

#include "kafka/errors.hpp"
#include "kafka/transaction.hpp"

namespace gradesvc::kafka {

inline constexpr int call_ms = 1000; // one call into librdkafka; a timed-out one is taken up again

struct transactions::producer {
    producer(const config& settings, const profile& kind, connection_log& log, callbacks calls)
        : owner(RD_KAFKA_PRODUCER, settings, kind, log, std::move(calls)), sender(owner.get()) {}
    client owner;
    record_sender sender;
};

struct transactions::failure {
    step_outcome outcome = step_outcome::abort;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    phase at = phase::sending;
    std::string text;
};

} // namespace gradesvc::kafka
