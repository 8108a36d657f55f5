#include "kafka/errors.hpp"

namespace gradesvc::kafka {

ports::log_errc delivery_errc(rd_kafka_resp_err_t error, rd_kafka_msg_status_t status) noexcept {
    switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE: return ports::log_errc::too_large;
    case RD_KAFKA_RESP_ERR__QUEUE_FULL: return ports::log_errc::queue_full;
    default: break;
    }
    if (status == RD_KAFKA_MSG_STATUS_NOT_PERSISTED) return ports::log_errc::unavailable;
    return ports::log_errc::outcome_unknown;
}

bool means_fenced(rd_kafka_resp_err_t error) noexcept {
    switch (error) {
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST: return true;
    default: return false;
    }
}

bool means_forbidden(rd_kafka_resp_err_t error) noexcept {
    switch (error) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION: return true;
    default: return false;
    }
}

step_outcome judge(const step_error& error) noexcept {
    if (error.code == RD_KAFKA_RESP_ERR_NO_ERROR) return step_outcome::done;
    if (error.fatal) return step_outcome::fatal;
    if (means_fenced(error.code)) return step_outcome::fenced;
    if (error.requires_abort) return step_outcome::abort;
    if (error.retriable) return step_outcome::retry;
    return step_outcome::fatal;
}

} // namespace gradesvc::kafka
