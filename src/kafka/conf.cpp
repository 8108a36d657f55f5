#include "kafka/conf.hpp"

#include <algorithm>
#include <array>

namespace gradesvc::kafka {
namespace {

const properties common_defaults = {
    {"reconnect.backoff.ms", "100"},   {"reconnect.backoff.max.ms", "1000"}, {"socket.keepalive.enable", "true"},
    {"log.connection.close", "false"}, {"log.thread.name", "false"},
};

properties producer_defaults(std::size_t batch_bytes) {
    return {
        {"compression.codec", "lz4"},
        {"queue.buffering.max.messages", "100000"},
        {"queue.buffering.max.kbytes", "262144"},
        {"batch.size", std::to_string(batch_bytes)},
    };
}

const properties producer_fixed = {
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"partitioner", "murmur2_random"},
};

const properties fetch_defaults = {
    {"fetch.wait.max.ms", "50"},
    {"fetch.error.backoff.ms", "100"},
    {"fetch.message.max.bytes", "1048576"},
};

const properties consumer_fixed = {
    {"isolation.level", "read_committed"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "earliest"},
};

properties merged(properties first, const properties& second) {
    for (const auto& [name, value] : second) first.insert_or_assign(name, value);
    return first;
}

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
    std::array<char, 512> why{};
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
        throw ports::log_error(why.data());
}

/// Some mistakes only show when a client is made: files that cannot be read, properties that exclude each other.
std::optional<std::string> refused_by(rd_kafka_type_t type, const properties& given) {
    std::array<char, 512> why{};
    conf_ptr conf(rd_kafka_conf_new());
    for (const auto& [name, value] : given)
        if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
            return std::string(why.data());
    rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
    auto* client = rd_kafka_new(type, conf.get(), why.data(), why.size());
    if (client == nullptr) return std::string(why.data());
    (void)conf.release();
    rd_kafka_destroy(client);
    return std::nullopt;
}

} // namespace

std::optional<std::string> forbidden_property(std::string_view name) {
    static constexpr std::array<std::string_view, 12> forbidden = {
        "acks", "request.required.acks", "enable.idempotence", "enable.auto.commit", "isolation.level", "group.id",
        "group.instance.id", "transactional.id", "partition.assignment.strategy", "partitioner",
        // aliases of --brokers
        "bootstrap.servers", "metadata.broker.list"};
    if (std::find(forbidden.begin(), forbidden.end(), name) == forbidden.end()) return std::nullopt;
    if (name == "bootstrap.servers" || name == "metadata.broker.list")
        return "Kafka property " + std::string(name) + ": give the servers with --brokers";
    return "Kafka property " + std::string(name) + " cannot be set: gradesvc's guarantees depend on it";
}

std::optional<std::string> configuration_error(const properties& given) {
    for (const auto& [name, value] : given) {
        if (auto why = forbidden_property(name)) return why;
        std::array<char, 512> why{};
        conf_ptr scratch(rd_kafka_conf_new());
        if (rd_kafka_conf_set(scratch.get(), name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
            return "Kafka property " + name + ": " + why.data();
    }
    if (auto why =
            refused_by(RD_KAFKA_PRODUCER, merged(publisher_profile(1'000'000, std::chrono::seconds(10)).fixed, given)))
        return "Kafka properties: " + *why;
    const auto consumer = merged(consumer_profile("check", "check").defaults, given);
    if (auto why = refused_by(RD_KAFKA_CONSUMER, merged(consumer, consumer_profile("check", "check").fixed)))
        return "Kafka properties: " + *why;
    return std::nullopt;
}

profile publisher_profile(std::size_t batch_bytes, std::chrono::milliseconds timeout) {
    return {"publisher",
            merged(producer_defaults(batch_bytes), {{"message.timeout.ms", std::to_string(timeout.count())},
                                                    {"linger.ms", "2"},
                                                    {"statistics.interval.ms", "500"}}),
            producer_fixed};
}

profile patient_publisher_profile(std::size_t batch_bytes) {
    return {"patient-publisher",
            merged(producer_defaults(batch_bytes), {{"linger.ms", "5"}, {"statistics.interval.ms", "500"}}),
            merged(producer_fixed, {{"message.timeout.ms", "0"}})};
}

profile transaction_profile(const std::string& transactional_id, std::size_t batch_bytes) {
    return {"transactions",
            merged(producer_defaults(batch_bytes),
                   {{"transaction.timeout.ms", "10000"}, {"linger.ms", "1"}, {"retry.backoff.ms", "5"}}),
            merged(producer_fixed, {{"transactional.id", transactional_id}})};
}

profile plain_producer_profile(std::size_t batch_bytes) {
    return {"results", merged(producer_defaults(batch_bytes), {{"message.timeout.ms", "10000"}, {"linger.ms", "1"}}),
            producer_fixed};
}

profile consumer_profile(const std::string& group, const std::string& instance) {
    properties fixed = merged(consumer_fixed, {{"group.id", group}, {"partition.assignment.strategy", "range"}});
    if (!instance.empty()) fixed.emplace("group.instance.id", instance);
    return {"consumer",
            merged(fetch_defaults, {{"session.timeout.ms", "6000"},
                                    {"heartbeat.interval.ms", "300"},
                                    // Also how long a rebalance waits for a member that does not answer.
                                    {"max.poll.interval.ms", "20000"}}),
            fixed};
}

profile reader_profile(ports::flow what) {
    // A stream: fewer and larger fetches under load; what is waited for comes within the wait.
    const properties fetch = what == ports::flow::stream
                                 ? properties{{"fetch.wait.max.ms", "20"}, {"fetch.min.bytes", "1000000"}}
                                 : properties{{"fetch.wait.max.ms", "500"}, {"fetch.min.bytes", "1"}};
    return {"reader", merged(fetch_defaults, fetch), merged(consumer_fixed, {{"enable.partition.eof", "true"}})};
}

profile query_profile(isolation what_counts) {
    if (what_counts == isolation::read_committed) return {"query", {}, consumer_fixed};
    return {"query", {}, merged(consumer_fixed, {{"isolation.level", "read_uncommitted"}})};
}

conf_ptr make_conf(const config& settings, const profile& kind) {
    conf_ptr conf(rd_kafka_conf_new());
    const properties own = {{"client.id", settings.client_id + '-' + std::string(kind.role)}};
    const properties servers = {{"bootstrap.servers", settings.brokers}};
    // One after the other, not merged by name: a property may be given by another of its names, and the last one counts.
    for (const auto* layer : {&common_defaults, &kind.defaults, &own, &settings.properties, &kind.fixed, &servers})
        for (const auto& [name, value] : *layer) set(conf.get(), name, value);
    return conf;
}

} // namespace gradesvc::kafka
