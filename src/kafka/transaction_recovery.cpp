// What transactions do when a step fails: roll back, start over under the same name, or find out what became of it.
#include "gradesvc/telemetry/log.hpp"
#include "kafka/query.hpp"
#include "kafka/transaction_steps.hpp"

#include <algorithm>

namespace gradesvc::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds abort_patience{3000};

} // namespace

ports::commit_result transactions::recover(const failure& what, std::span<const ports::outgoing> outputs,
                                           rd_kafka_topic_partition_list_t* offsets, const membership& member) {
    telemetry::log(telemetry::level::warn, "a window could not be committed", {{"errc", what.text}});
    if (taken_over(what)) {
        fenced_ = true;
        return {ports::log_errc::fenced};
    }
    if (means_forbidden(what.code)) throw ports::log_error("Kafka refuses to store results: " + what.text);
    // A transaction with an output that was not delivered is never committed, so the commit cannot have been sent.
    const bool maybe_committed = what.at == phase::committing && !undelivered_;
    if (what.outcome == step_outcome::fatal || !abort()) {
        start(); // under the same name: ends what the old one left open
        if (maybe_committed) return resolve(offsets, member);
    }
    if (what.outcome == step_outcome::fenced) return {ports::log_errc::fenced};
    if (too_large_.empty()) return {ports::log_errc::unavailable};
    const auto largest = std::max_element(too_large_.begin(), too_large_.end(), [&](std::size_t a, std::size_t b) {
        return outputs[a].value.size() < outputs[b].value.size();
    });
    return {ports::log_errc::too_large, *largest};
}

/// A dead producer means another process of our name, or that the cluster gave up on a transaction of ours that took too
/// long: only then it may be replaced, or two processes would push each other out.
bool transactions::taken_over(const failure& what) const {
    const bool fenced = what.code == RD_KAFKA_RESP_ERR__FENCED || what.code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
                        what.code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
    return fenced && steady_clock::now() - begun_ < transaction_timeout_ / 2;
}

bool transactions::abort() {
    const auto deadline = steady_clock::now() + abort_patience;
    for (;;) {
        const error_ptr error(rd_kafka_abort_transaction(producer_->owner.get(), call_ms));
        if (!error) return true;
        if (rd_kafka_error_is_retriable(error.get()) == 0 || steady_clock::now() > deadline || stopped_) return false;
    }
}

/// The producer died while it waited for the answer to a commit. Its successor has ended the transaction one way or the
/// other; the committed positions tell which.
ports::commit_result transactions::resolve(rd_kafka_topic_partition_list_t* offsets, const membership& member) {
    if (offsets->cnt == 0) throw ports::log_error("the outcome of a window without positions cannot be found out");
    while (!ready(milliseconds(call_ms))) check_stopped();
    const partition_list found(rd_kafka_topic_partition_list_copy(offsets));
    for (;;) {
        const auto error = rd_kafka_committed(member.consumer, found.get(), call_ms);
        const auto answered = [](const auto& one) { return one.err == RD_KAFKA_RESP_ERR_NO_ERROR; };
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR && std::ranges::all_of(elements(*found), answered)) break;
        check_stopped();
        if (means_forbidden(error)) throw ports::log_error("Kafka does not tell the positions: " + text_of(error));
    }
    // What is finished changes the position or the note of its partition; a partition without anything finished may say
    // what it said before, so all are compared.
    for (int i = 0; i < offsets->cnt; ++i) {
        const auto& is = found->elems[i];
        const auto& wanted = offsets->elems[i];
        const std::string_view note(static_cast<const char*>(wanted.metadata), wanted.metadata_size);
        if (is.offset != wanted.offset || note_of(is) != note) return {ports::log_errc::unavailable};
    }
    return {};
}

} // namespace gradesvc::kafka
