#include "kafka/transaction.hpp"

#include "gradesvc/faults/fault.hpp"
#include "kafka/query.hpp"
#include "kafka/transaction_steps.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace gradesvc::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds patience{8000}; // for what can be rolled back, below transaction.timeout.ms
constexpr milliseconds start_patience{5000};
constexpr milliseconds visible_patience{200};

step_error read(const rd_kafka_error_t* error) {
    if (error == nullptr) return {};
    return {rd_kafka_error_code(error), rd_kafka_error_is_retriable(error) != 0,
            rd_kafka_error_txn_requires_abort(error) != 0, rd_kafka_error_is_fatal(error) != 0};
}

milliseconds timeout_of(const config& settings) {
    const auto given = settings.properties.find("transaction.timeout.ms");
    return given == settings.properties.end() ? milliseconds(10000) : milliseconds(std::stoll(given->second));
}

} // namespace

partition_list to_offsets(const std::string& topic, std::span<const ports::checkpoint> checkpoints) {
    auto list = make_partition_list(checkpoints.size());
    for (const auto& c : checkpoints) {
        auto* added = rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), c.partition);
        added->offset = c.position;
        if (c.note.empty()) continue;
        added->metadata = std::malloc(c.note.size()); // freed with the list
        if (added->metadata == nullptr) throw std::bad_alloc();
        std::copy(c.note.begin(), c.note.end(), static_cast<char*>(added->metadata));
        added->metadata_size = c.note.size();
    }
    return list;
}

transactions::transactions(const config& settings, std::string transactional_id, std::size_t batch_bytes,
                           connection_log& log)
    : settings_(settings),
      id_(std::move(transactional_id)),
      batch_bytes_(batch_bytes),
      log_(log),
      transaction_timeout_(timeout_of(settings)) {
    start();
}

transactions::~transactions() { stop(); }

void transactions::stop() {
    stopped_ = true;
    starter_.request_stop();
    changed_.notify_all();
}

void transactions::start() {
    if (starter_.joinable()) {
        starter_.request_stop();
        starter_.join();
    }
    producer_.reset();
    ready_ = false;
    callbacks calls;
    calls.delivery = [this](const rd_kafka_message_t& message) { delivered(message); };
    producer_ = std::make_unique<producer>(settings_, transaction_profile(id_, batch_bytes_), log_, std::move(calls));
    starter_ = std::jthread([this](const std::stop_token& stop) { initialise(stop); });
}

void transactions::initialise(const std::stop_token& stop) {
    std::string hopeless;
    faults::point("kafka.initialise");
    for (;;) {
        if (stop.stop_requested()) return;
        const error_ptr error(rd_kafka_init_transactions(producer_->owner.get(), call_ms));
        if (!error) break;
        if (rd_kafka_error_is_retriable(error.get()) != 0) {
            log_.line(7, "TRANSACTIONS", rd_kafka_error_string(error.get()));
            continue;
        }
        hopeless = rd_kafka_error_string(error.get());
        break;
    }
    faults::point("kafka.initialised");
    if (hopeless.empty()) log_.connected();
    const std::lock_guard lock(mutex_);
    hopeless_ = std::move(hopeless);
    ready_ = hopeless_.empty();
    changed_.notify_all();
}

bool transactions::ready(milliseconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [this] { return ready_ || !hopeless_.empty() || stopped_; });
    if (!hopeless_.empty()) throw ports::log_error("Kafka transactions of " + id_ + ": " + hopeless_);
    return ready_;
}

void transactions::check_stopped() const {
    if (stopped_) throw ports::log_unavailable("the outcome of the last window is left to the next worker " + id_);
}

void transactions::delivered(const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        auto& last = written_[{message.rkt, message.partition}];
        last = std::max(last, message.offset);
        return;
    }
    undelivered_ = true;
    if (delivery_errc(message.err, rd_kafka_message_status(&message)) == ports::log_errc::too_large)
        too_large_.push_back(index_of(message));
}

ports::commit_result transactions::commit(std::span<const ports::outgoing> outputs,
                                          rd_kafka_topic_partition_list_t* offsets, const membership& member) {
    if (fenced_) return {ports::log_errc::fenced};
    if (!ready(start_patience)) return {ports::log_errc::unavailable};
    too_large_.clear();
    written_.clear();
    undelivered_ = false;
    begun_ = steady_clock::now();
    auto* rk = producer_->owner.get();
    std::optional<failure> failed;
    if (const error_ptr error(rd_kafka_begin_transaction(rk)); error)
        failed = failure{step_outcome::fatal, rd_kafka_error_code(error.get()), phase::sending,
                         rd_kafka_error_string(error.get())};
    faults::point("kafka.begun");
    if (!failed) failed = produce(outputs);
    faults::point("kafka.produced");
    if (!failed && offsets->cnt > 0) failed = send_offsets(offsets, member); // the outputs are on their way meanwhile
    faults::point("kafka.offsets_sent");
    if (!failed) failed = finish();
    faults::point("kafka.committed");
    if (!failed) {
        wait_visible(member);
        return {};
    }
    return recover(*failed, outputs, offsets, member);
}

std::optional<transactions::failure> transactions::produce(std::span<const ports::outgoing> outputs) {
    const auto deadline = steady_clock::now() + patience;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        for (;;) {
            const auto error = producer_->sender.send(outputs[i], to_opaque(i));
            if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
            if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) too_large_.push_back(i);
            if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL || steady_clock::now() > deadline)
                return failure{step_outcome::abort, error, phase::sending, text_of(error)};
            rd_kafka_poll(producer_->owner.get(), 10);
        }
    }
    return std::nullopt;
}

std::optional<transactions::failure> transactions::send_offsets(rd_kafka_topic_partition_list_t* offsets,
                                                                const membership& member) {
    const auto deadline = steady_clock::now() + patience;
    for (;;) {
        const error_ptr error(
            rd_kafka_send_offsets_to_transaction(producer_->owner.get(), offsets, member.group.get(), call_ms));
        const auto outcome = judge(read(error.get()));
        if (outcome == step_outcome::done) return std::nullopt;
        if (outcome == step_outcome::retry && steady_clock::now() < deadline && !stopped_) continue;
        return failure{outcome == step_outcome::retry ? step_outcome::abort : outcome, rd_kafka_error_code(error.get()),
                       phase::sending, rd_kafka_error_string(error.get())};
    }
}

/// Once the commit has been asked for, only its answer ends this.
std::optional<transactions::failure> transactions::finish() {
    for (;;) {
        const error_ptr error(rd_kafka_commit_transaction(producer_->owner.get(), call_ms));
        const auto outcome = judge(read(error.get()));
        if (outcome == step_outcome::done) return std::nullopt;
        if (outcome != step_outcome::retry)
            return failure{outcome, rd_kafka_error_code(error.get()), phase::committing,
                           rd_kafka_error_string(error.get())};
        check_stopped();
    }
}

/// The answer to a commit says that it is decided; a moment later the cluster has marked it in every partition. The next
/// transaction would have to wait for that anyway. An open transaction of somebody else can hold a partition back for
/// much longer, which is not ours to wait for.
void transactions::wait_visible(const membership& member) {
    if (written_.empty()) return;
    const auto list = make_partition_list(written_.size());
    for (const auto& [where, offset] : written_)
        rd_kafka_topic_partition_list_add(list.get(), rd_kafka_topic_name(where.first), where.second);
    const auto seen = [&](const rd_kafka_topic_partition_t& one) {
        const auto is_this = [&](const auto& w) {
            return w.first.second == one.partition && std::string_view(rd_kafka_topic_name(w.first.first)) == one.topic;
        };
        return one.offset > std::find_if(written_.begin(), written_.end(), is_this)->second;
    };
    try {
        for (const auto deadline = steady_clock::now() + visible_patience; steady_clock::now() < deadline;) {
            find_edges(member.consumer, *list, edge::end, milliseconds(call_ms));
            const auto all = elements(*list);
            if (std::all_of(all.begin(), all.end(), seen)) return;
            std::this_thread::sleep_for(milliseconds(4));
        }
    } catch (const ports::log_error& e) {
        log_.line(7, "VISIBLE", e.what());
    }
}

} // namespace gradesvc::kafka
