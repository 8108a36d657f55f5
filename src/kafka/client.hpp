// One librdkafka client with its callbacks, and what all clients of a log say together about their connection.
#pragma once

#include "kafka/conf.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>

namespace gradesvc::kafka {

/// Turns librdkafka's log lines into ours. Thread-safe; outlives the clients. Trouble with the connection is said once
/// until somebody has reported success again; other lines at most once in ten seconds each.
class connection_log {
public:
    explicit connection_log(std::string brokers) : brokers_(std::move(brokers)) {}

    void line(int severity, std::string_view facility, std::string_view text);
    void trouble(std::string_view why);
    void connected();

private:
    bool too_often(std::string_view facility);

    const std::string brokers_;
    std::atomic<bool> waiting_ = false;
    std::mutex mutex_;
    std::map<std::string, std::chrono::steady_clock::time_point, std::less<>> said_;
};

/// What a client calls, on the thread that polls it. An unset one is not registered.
struct callbacks {
    std::function<void(const rd_kafka_message_t&)> delivery;
    std::function<void(std::string_view json)> statistics;
    std::function<void(rd_kafka_resp_err_t, const char* why)> error;
    std::function<void(rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*)> rebalance;
};

/// Owns a client. As thread-safe as librdkafka's client; callbacks keep its address, so it does not move.
class client {
public:
    client(rd_kafka_type_t type, const config& settings, const profile& kind, connection_log& log,
           callbacks calls = {});
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    ~client(); ///< does not close a consumer nor wait for records under way

    rd_kafka_t* get() const noexcept { return handle_; }

private:
    friend struct trampolines;

    connection_log& log_;
    callbacks calls_;
    rd_kafka_t* handle_ = nullptr;
};

} // namespace gradesvc::kafka
