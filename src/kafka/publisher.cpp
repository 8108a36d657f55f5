#include "kafka/publisher.hpp"

#include "gradesvc/telemetry/log.hpp"
#include "kafka/errors.hpp"

namespace gradesvc::kafka {
namespace {

constexpr int poll_ms = 100;
constexpr std::int64_t suspicion_ms = 5000;

std::int64_t steady_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

struct publisher::producer {
    producer(const config& settings, const profile& kind, connection_log& log, callbacks calls)
        : owner(RD_KAFKA_PRODUCER, settings, kind, log, std::move(calls)), sender(owner.get()) {}
    client owner;
    record_sender sender; // its topics go before the client
};

publisher::publisher(const config& settings, profile kind, connection_log& log)
    : settings_(settings),
      kind_(std::move(kind)),
      log_(log),
      producer_(make_producer()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

publisher::~publisher() {
    thread_.request_stop();
    thread_.join();
    retire(*producer_);
}

std::unique_ptr<publisher::producer> publisher::make_producer() {
    callbacks calls;
    calls.delivery = [this](const rd_kafka_message_t& message) { delivered(message); };
    calls.statistics = [this](std::string_view json) { statistics(json); };
    calls.error = [this](rd_kafka_resp_err_t error, const char* why) { client_error(error, why); };
    return std::make_unique<producer>(settings_, kind_, log_, std::move(calls));
}

void publisher::publish(const ports::outgoing& record, ports::delivered done) {
    auto waiting = std::make_unique<ports::delivered>(std::move(done));
    undecided_.fetch_add(1, std::memory_order_relaxed);
    rd_kafka_resp_err_t error;
    {
        const std::shared_lock lock(producer_mutex_);
        error = producer_->sender.send(record, waiting.get());
    }
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)waiting.release(); // comes back in delivered()
        return;
    }
    if (error == RD_KAFKA_RESP_ERR__FATAL) broken_ = true;
    (*waiting)({.error = delivery_errc(error, RD_KAFKA_MSG_STATUS_NOT_PERSISTED), .record = &record});
    one_decided();
}

void publisher::delivered(const rd_kafka_message_t& message) {
    const std::unique_ptr<ports::delivered> waiting(static_cast<ports::delivered*>(message._private));
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (suspect_until_ms_.load(std::memory_order_relaxed) != 0) suspect_until_ms_ = 0;
        if (!connected_.load(std::memory_order_relaxed)) connected_ = true;
        (*waiting)({{}, message.partition, message.offset});
        return one_decided();
    }
    if (message.err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT) suspect_until_ms_ = steady_ms() + suspicion_ms;
    if (message.err == RD_KAFKA_RESP_ERR__FATAL) broken_ = true;
    const auto errc = delivery_errc(message.err, rd_kafka_message_status(&message));
    if (errc != ports::log_errc::too_large) log_.line(4, "DELIVERY", rd_kafka_err2str(message.err));
    const auto record = to_outgoing(message);
    (*waiting)({.error = errc, .record = &record});
    one_decided();
}

void publisher::one_decided() {
    if (undecided_.fetch_sub(1) != 1) return;
    const std::lock_guard lock(mutex_);
    all_decided_.notify_all();
}

bool publisher::flush(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return all_decided_.wait_for(lock, limit, [this] { return undecided_ == 0; });
}

bool publisher::available() const {
    return connected_.load(std::memory_order_relaxed) &&
           suspect_until_ms_.load(std::memory_order_relaxed) < steady_ms();
}

void publisher::statistics(std::string_view json) {
    // Twice a second; the state of every broker stands in it, and nothing else is wanted from it.
    const bool up = json.find("\"state\":\"UP\"") != std::string_view::npos;
    connected_ = up;
    if (up) log_.connected();
}

void publisher::client_error(rd_kafka_resp_err_t error, const char* why) {
    if (error == RD_KAFKA_RESP_ERR__FATAL)
        broken_ = true;
    else if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        connected_ = false;
    log_.trouble(why);
}

void publisher::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        rd_kafka_poll(producer_->owner.get(), poll_ms);
        if (broken_) replace_producer();
    }
}

void publisher::replace_producer() {
    std::array<char, 256> why{};
    rd_kafka_fatal_error(producer_->owner.get(), why.data(), why.size());
    telemetry::log(telemetry::level::error, "the Kafka producer failed, a new one takes over", {{"errc", why.data()}});
    retire(*producer_); // takes no more records; what it had is reported before the new one takes any
    auto fresh = make_producer();
    const std::lock_guard lock(producer_mutex_);
    producer_ = std::move(fresh);
    broken_ = false;
}

void publisher::retire(producer& old) {
    auto* rk = old.owner.get();
    rd_kafka_purge(rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(rk) > 0) rd_kafka_poll(rk, poll_ms); // every purged record is reported
}

} // namespace gradesvc::kafka
