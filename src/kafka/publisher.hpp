// ports::publisher on an idempotent producer. One thread of its own polls the delivery reports and calls `done` back to
// back. A producer that librdkafka declares dead is replaced by a new one.
#pragma once

#include "kafka/message.hpp"

#include <array>
#include <condition_variable>
#include <thread>

namespace gradesvc::kafka {

class publisher final : public ports::publisher {
public:
    publisher(const config& settings, profile kind, connection_log& log);
    ~publisher() override; ///< what is not decided by then is reported as unavailable or outcome_unknown

    void publish(const ports::outgoing& record, ports::delivered done) override;
    bool flush(std::chrono::milliseconds limit) override;
    bool available() const override;

private:
    struct producer;

    std::unique_ptr<producer> make_producer();
    void run(const std::stop_token& stop);
    void replace_producer();
    void retire(producer& old);
    void delivered(const rd_kafka_message_t& message);
    void statistics(std::string_view json);
    void client_error(rd_kafka_resp_err_t error, const char* why);
    void one_decided();

    const config settings_;
    const profile kind_;
    connection_log& log_;

    std::atomic<bool> connected_ = false;
    std::atomic<bool> broken_ = false;
    std::atomic<std::int64_t> suspect_until_ms_ = 0; ///< after a time-out: steady clock
    std::atomic<std::int64_t> undecided_ = 0;
    std::mutex mutex_;
    std::condition_variable all_decided_;

    std::shared_mutex producer_mutex_; ///< exclusive only while a dead producer is replaced
    std::unique_ptr<producer> producer_;
    std::jthread thread_;
};

} // namespace gradesvc::kafka
