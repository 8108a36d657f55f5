#include "kafka/topics.hpp"

#include "gradesvc/telemetry/log.hpp"
#include "kafka/admin.hpp"
#include "kafka/errors.hpp"
#include "kafka/query.hpp"

#include <algorithm>
#include <thread>

namespace gradesvc::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds first_question{1000}; // to a cluster that may not be there

topic_settings wanted_settings(const ports::topic_spec& topic, int replication) {
    return {{"cleanup.policy", topic.compacted ? "compact" : "delete"},
            {"min.insync.replicas", std::to_string(std::max(1, replication - 1))},
            {"retention.ms", topic.retention ? std::to_string(topic.retention->count()) : "-1"}};
}

std::string to_create(const new_topic& topic) {
    std::string text = topic.name + " (" + std::to_string(topic.partitions) + " partitions, replication factor " +
                       std::to_string(topic.replication);
    for (const auto& [name, value] : topic.settings) text += ", " + name + '=' + value;
    return text + ')';
}

std::int64_t number(const topic_settings& settings, const std::string& name, std::int64_t otherwise) {
    const auto found = settings.find(name);
    return found == settings.end() ? otherwise : std::strtoll(found->second.c_str(), nullptr, 10);
}

void warn(const std::string& topic, std::string_view name, std::string_view value, std::string_view why) {
    telemetry::log(telemetry::level::warn, why, {{"topic", topic}, {"setting", name}, {"value", value}});
}

/// A retention of -1 has no end.
bool shorter(std::int64_t is, std::int64_t than) { return is >= 0 && (than < 0 || is < than); }

void compare(const ports::topic_spec& topic, const topic_settings& is, const topic_settings& wanted) {
    for (const auto& [name, value] : wanted) {
        const auto found = is.find(name);
        if (found == is.end()) continue;
        if (name == "retention.ms" && !topic.compacted && shorter(number(is, name, -1), number(wanted, name, -1)))
            warn(topic.name, name, found->second, "the topic keeps records for less time than gradesvc promises");
        if (name == "cleanup.policy" && !topic.compacted && found->second.find("compact") != std::string::npos)
            warn(topic.name, name, found->second, "the topic is compacted and will lose submissions of a user");
        if (name == "min.insync.replicas" && number(is, name, 1) < number(wanted, name, 1))
            warn(topic.name, name, found->second, "the topic acknowledges with fewer replicas than gradesvc asks for");
    }
}

/// Creates what is missing; the message of the error names all of it.
void create(rd_kafka_t* client, const std::vector<new_topic>& missing, milliseconds timeout) {
    const auto refused = create_topics(client, missing, timeout);
    if (refused.empty()) return;
    std::string text = "the topics cannot be created (" + refused + "); create:";
    for (const auto& topic : missing) text += "\n  " + to_create(topic);
    throw ports::log_error(text);
}

int wait_for(rd_kafka_t* client, const std::string& topic, steady_clock::time_point deadline) {
    for (;;) {
        if (const int count = partition_count(client, topic, milliseconds(1000)); count > 0) return count;
        if (steady_clock::now() > deadline) throw ports::log_unavailable("Kafka: topic " + topic + " does not appear");
        std::this_thread::sleep_for(milliseconds(50));
    }
}

} // namespace

topics_report ensure_topics(rd_kafka_t* client, const config& settings, std::span<const ports::topic_spec> topics) {
    const auto timeout = settings.topics_timeout;
    // Short, for the end of a process waits for it; a connection that takes longer is there when it is asked again.
    const int brokers = broker_count(client, std::min<milliseconds>(timeout, first_question));
    const int replication = settings.replication > 0 ? settings.replication : std::clamp(brokers, 1, 3);

    topics_report report;
    std::vector<new_topic> missing;
    std::vector<std::string> names;
    for (const auto& topic : topics) {
        names.push_back(topic.name);
        report.partitions.push_back(partition_count(client, topic.name, timeout));
        if (report.partitions.back() == 0)
            missing.push_back({topic.name, topic.partitions, replication, wanted_settings(topic, replication)});
    }
    if (!missing.empty()) create(client, missing, timeout);
    const auto deadline = steady_clock::now() + timeout;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (report.partitions[i] == 0) report.partitions[i] = wait_for(client, names[i], deadline);

    const auto found = describe_topics(client, names, timeout);
    for (const auto& topic : topics) {
        const auto about = found.find(topic.name);
        if (about == found.end()) continue;
        compare(topic, about->second, wanted_settings(topic, replication));
        const auto limit = static_cast<std::size_t>(number(about->second, "max.message.bytes", 1'000'000));
        report.smallest_limit = std::clamp<std::size_t>(limit, 1, report.smallest_limit);
    }
    return report;
}

} // namespace gradesvc::kafka
