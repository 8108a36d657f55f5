// What an error of librdkafka means for us.
#pragma once

#include "gradesvc/ports/log_errc.hpp"

#include <librdkafka/rdkafka.h>

#include <string>

namespace gradesvc::kafka {

/// What became of a record that could not be delivered, or was refused by produce() (then `status` is NOT_PERSISTED).
ports::log_errc delivery_errc(rd_kafka_resp_err_t error, rd_kafka_msg_status_t status) noexcept;

/// The cluster or librdkafka says: somebody else works under our name, or our membership has ended.
bool means_fenced(rd_kafka_resp_err_t error) noexcept;

/// A right is missing; waiting does not help.
bool means_forbidden(rd_kafka_resp_err_t error) noexcept;

/// What to do after a step of a transaction.
enum class step_outcome : std::uint8_t { done, retry, abort, fenced, fatal };
struct step_error {
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    bool retriable = false;
    bool requires_abort = false;
    bool fatal = false;
};
step_outcome judge(const step_error& error) noexcept;

inline std::string text_of(rd_kafka_resp_err_t error) { return rd_kafka_err2str(error); }

} // namespace gradesvc::kafka
