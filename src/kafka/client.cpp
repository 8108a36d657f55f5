#include "kafka/client.hpp"

#include "gradesvc/telemetry/log.hpp"

#include <array>

namespace gradesvc::kafka {
using telemetry::level;

void connection_log::line(int severity, std::string_view facility, std::string_view text) {
    if (text.find("Fatal error") == 0) // its consequence is said where it is met
        return telemetry::log(level::debug, text, {{"errc", facility}});
    if (text.starts_with("Fatal error")) // its consequence is said where it is met
        return telemetry::log(level::debug, text, {{"errc", facility}});
    if (facility == "FAIL" || facility == "ERROR") return trouble(text);
    const auto at = severity <= 3   ? level::error
                    : severity <= 4 ? level::warn
                    : severity <= 6 ? level::info
                                    : level::debug;
    if (facility == "CONFWARN" || at == level::debug) // one property list serves producers and consumers
        return telemetry::log(level::debug, text, {{"errc", facility}});
    if (!too_often(facility)) telemetry::log(at, text, {{"errc", facility}});
}

void connection_log::trouble(std::string_view why) {
    if (!waiting_.exchange(true))
        telemetry::log(level::warn, "waiting for the broker", {{"brokers", brokers_}, {"errc", why}});
    else
        telemetry::log(level::debug, "still waiting for the broker", {{"brokers", brokers_}, {"errc", why}});
}

void connection_log::connected() {
    if (waiting_.load(std::memory_order_relaxed) && waiting_.exchange(false))
        telemetry::log(level::info, "the broker answers again", {{"brokers", brokers_}});
}

bool connection_log::too_often(std::string_view facility) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    const auto found = said_.find(facility);
    if (found != said_.end() && now - found->second < std::chrono::seconds(10)) return true;
    said_.insert_or_assign(std::string(facility), now);
    return false;
}

/// librdkafka's callbacks get the client as opaque.
struct trampolines {
    static const client& of(void* opaque) { return *static_cast<const client*>(opaque); }

    static void log(const rd_kafka_t* rk, int severity, const char* facility, const char* text) {
        of(rd_kafka_opaque(rk)).log_.line(severity, facility, text);
    }
    static void delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
        of(opaque).calls_.delivery(*message);
    }
    static int statistics(rd_kafka_t*, char* json, std::size_t size, void* opaque) {
        of(opaque).calls_.statistics({json, size});
        return 0;
    }
    static void error(rd_kafka_t*, int code, const char* why, void* opaque) {
        of(opaque).calls_.error(static_cast<rd_kafka_resp_err_t>(code), why);
    }
    static void rebalance(rd_kafka_t*, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list, void* opaque) {
        of(opaque).calls_.rebalance(code, list);
    }
};

client::client(rd_kafka_type_t type, const config& settings, const profile& kind, connection_log& log, callbacks calls)
    : log_(log), calls_(std::move(calls)) {
    auto conf = make_conf(settings, kind);
    rd_kafka_conf_set_opaque(conf.get(), this);
    rd_kafka_conf_set_log_cb(conf.get(), trampolines::log);
    if (calls_.delivery) rd_kafka_conf_set_dr_msg_cb(conf.get(), trampolines::delivery);
    if (calls_.statistics) rd_kafka_conf_set_stats_cb(conf.get(), trampolines::statistics);
    if (calls_.error) rd_kafka_conf_set_error_cb(conf.get(), trampolines::error);
    if (calls_.rebalance) rd_kafka_conf_set_rebalance_cb(conf.get(), trampolines::rebalance);
    std::array<char, 512> why{};
    handle_ = rd_kafka_new(type, conf.get(), why.data(), why.size());
    if (handle_ == nullptr) throw ports::log_error(std::string("Kafka: ") + why.data());
    (void)conf.release(); // the client owns it now
}

client::~client() { rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE); }

} // namespace gradesvc::kafka
