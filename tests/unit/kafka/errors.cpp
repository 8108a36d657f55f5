#include "kafka/errors.hpp"

#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::kafka;
using ports::log_errc;

TEST_CASE("a record that was never sent may be sent again, one that was sent may be there") {
    CHECK(delivery_errc(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_MSG_STATUS_NOT_PERSISTED) == log_errc::unavailable);
    CHECK(delivery_errc(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED) ==
          log_errc::outcome_unknown);
    CHECK(delivery_errc(RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_MSG_STATUS_NOT_PERSISTED) == log_errc::unavailable);
    CHECK(delivery_errc(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED) ==
          log_errc::outcome_unknown);
    CHECK(delivery_errc(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_MSG_STATUS_NOT_PERSISTED) == log_errc::unavailable);
    CHECK(delivery_errc(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_MSG_STATUS_NOT_PERSISTED) ==
          log_errc::unavailable);
}

TEST_CASE("a full queue and a record that is too large are told apart from a broker that is away") {
    CHECK(delivery_errc(RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_MSG_STATUS_NOT_PERSISTED) == log_errc::queue_full);
    CHECK(delivery_errc(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_MSG_STATUS_NOT_PERSISTED) ==
          log_errc::too_large);
    CHECK(delivery_errc(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED) ==
          log_errc::too_large);
}

TEST_CASE("what to do after a step of a transaction") {
    CHECK(judge({}) == step_outcome::done);
    CHECK(judge({.code = RD_KAFKA_RESP_ERR__TIMED_OUT, .retriable = true}) == step_outcome::retry);
    CHECK(judge({.code = RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, .requires_abort = true}) == step_outcome::abort);
    CHECK(judge({.code = RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, .requires_abort = true}) == step_outcome::fenced);
    CHECK(judge({.code = RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, .requires_abort = true}) == step_outcome::fenced);
    CHECK(judge({.code = RD_KAFKA_RESP_ERR__FENCED, .fatal = true}) == step_outcome::fatal);
}

TEST_CASE("an error of a transaction that is not known is not tried again") {
    CHECK(judge({.code = RD_KAFKA_RESP_ERR__STATE}) == step_outcome::fatal);
    CHECK(judge({.code = RD_KAFKA_RESP_ERR_UNKNOWN}) == step_outcome::fatal);
}

TEST_CASE("missing rights are not waited for") {
    CHECK(means_forbidden(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED));
    CHECK(means_forbidden(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED));
    CHECK_FALSE(means_forbidden(RD_KAFKA_RESP_ERR__TRANSPORT));
    CHECK_FALSE(means_forbidden(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART));
}
