#include "kafka/admin.hpp"

#include "kafka/errors.hpp"
#include "kafka/query.hpp"

#include <algorithm>
#include <array>
#include <thread>

namespace gradesvc::kafka {
namespace {

using std::chrono::milliseconds;

admin_options options_for(rd_kafka_t* client, rd_kafka_admin_op_t what, milliseconds timeout) {
    admin_options options(rd_kafka_AdminOptions_new(client, what));
    std::array<char, 256> why{};
    if (rd_kafka_AdminOptions_set_request_timeout(options.get(), to_ms(timeout), why.data(), why.size()) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
        throw ports::log_error(std::string("Kafka: ") + why.data());
    return options;
}

new_topic_ptr to_request(const new_topic& topic) {
    std::array<char, 256> why{};
    new_topic_ptr made(
        rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, topic.replication, why.data(), why.size()));
    if (!made) throw ports::log_error("topic " + topic.name + ": " + why.data());
    for (const auto& [name, value] : topic.settings)
        rd_kafka_NewTopic_set_config(made.get(), name.c_str(), value.c_str());
    return made;
}

event_ptr answer(rd_kafka_queue_t* queue, milliseconds timeout) {
    event_ptr event(rd_kafka_queue_poll(queue, to_ms(timeout) + 1000));
    if (!event) throw ports::log_unavailable("Kafka: no answer to an admin request");
    return event;
}

topic_settings settings_of(const rd_kafka_ConfigResource_t* resource) {
    topic_settings found;
    std::size_t count = 0;
    const auto* const* entries = rd_kafka_ConfigResource_configs(resource, &count);
    for (std::size_t i = 0; i < count; ++i)
        if (const char* value = rd_kafka_ConfigEntry_value(entries[i]))
            found.emplace(rd_kafka_ConfigEntry_name(entries[i]), value);
    return found;
}

} // namespace

std::string create_topics(rd_kafka_t* client, const std::vector<new_topic>& topics, milliseconds timeout) {
    std::vector<new_topic_ptr> requests;
    std::vector<rd_kafka_NewTopic_t*> raw;
    for (const auto& topic : topics) {
        requests.push_back(to_request(topic));
        raw.push_back(requests.back().get());
    }
    const auto options = options_for(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout);
    const queue_ptr queue(rd_kafka_queue_new(client));
    rd_kafka_CreateTopics(client, raw.data(), raw.size(), options.get(), queue.get());
    const auto event = answer(queue.get(), timeout);
    const auto* result = rd_kafka_event_CreateTopics_result(event.get());
    if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (!means_forbidden(error)) throw ports::log_unavailable("Kafka: create topics: " + text_of(error));
        return text_of(error);
    }
    std::size_t count = 0;
    const auto* const* each = rd_kafka_CreateTopics_result_topics(result, &count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto error = rd_kafka_topic_result_error(each[i]);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
        const char* why = rd_kafka_topic_result_error_string(each[i]);
        return std::string(rd_kafka_topic_result_name(each[i])) + ": " + (why != nullptr ? why : text_of(error));
    }
    return {};
}

std::map<std::string, topic_settings> describe_topics(rd_kafka_t* client, const std::vector<std::string>& topics,
                                                      milliseconds timeout) {
    std::vector<config_resource_ptr> requests;
    std::vector<rd_kafka_ConfigResource_t*> raw;
    for (const auto& topic : topics) {
        requests.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
        raw.push_back(requests.back().get());
    }
    const auto options = options_for(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout);
    const queue_ptr queue(rd_kafka_queue_new(client));
    rd_kafka_DescribeConfigs(client, raw.data(), raw.size(), options.get(), queue.get());
    const auto event = answer(queue.get(), timeout);
    std::map<std::string, topic_settings> found;
    if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return found;
    std::size_t count = 0;
    const auto* const* each =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
    for (std::size_t i = 0; i < count; ++i)
        if (rd_kafka_ConfigResource_error(each[i]) == RD_KAFKA_RESP_ERR_NO_ERROR)
            found.emplace(rd_kafka_ConfigResource_name(each[i]), settings_of(each[i]));
    return found;
}

namespace {

constexpr milliseconds ask_again{10};

/// Adds what the group has committed for these partitions to `found`. False: for one of them a commit is not decided yet.
bool ask_positions(rd_kafka_t* client, const std::string& group, const rd_kafka_topic_partition_list_t& partitions,
                   milliseconds timeout, std::map<std::int32_t, ports::group_position>& found) {
    const offsets_request request(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), &partitions));
    auto* raw = request.get();
    const auto options = options_for(client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeout);
    const error_ptr refused(rd_kafka_AdminOptions_set_require_stable_offsets(options.get(), 1));
    const queue_ptr queue(rd_kafka_queue_new(client));
    rd_kafka_ListConsumerGroupOffsets(client, &raw, 1, options.get(), queue.get());
    const auto event = answer(queue.get(), timeout);
    bool decided = true;
    const auto check = [&](rd_kafka_resp_err_t error) {
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
        if (error == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT) {
            decided = false;
            return;
        }
        const auto why = "Kafka: positions of group " + group + ": " + text_of(error);
        if (means_forbidden(error)) throw ports::log_error(why);
        throw ports::log_unavailable(why);
    };
    check(rd_kafka_event_error(event.get()));
    std::size_t count = 0;
    const auto* const* groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
        if (const auto* error = rd_kafka_group_result_error(groups[i])) check(rd_kafka_error_code(error));
        const auto* committed = rd_kafka_group_result_partitions(groups[i]);
        for (int p = 0; committed != nullptr && p < committed->cnt; ++p) {
            const auto& one = committed->elems[p];
            check(one.err);
            if (one.err == RD_KAFKA_RESP_ERR_NO_ERROR && one.offset >= 0)
                found[one.partition] = {one.offset, std::string(note_of(one))};
        }
    }
    return decided;
}

} // namespace

std::map<std::int32_t, ports::group_position> group_positions(rd_kafka_t* client, const std::string& group,
                                                              const rd_kafka_topic_partition_list_t& partitions,
                                                              milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    const auto left = [deadline] {
        return std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    };
    std::map<std::int32_t, ports::group_position> found;
    if (ask_positions(client, group, partitions, timeout, found)) return found;
    // In a busy group hardly ever all of them are decided at the same moment: one by one.
    for (int i = 0; i < partitions.cnt; ++i) {
        const auto one = make_partition_list(1);
        rd_kafka_topic_partition_list_add(one.get(), partitions.elems[i].topic, partitions.elems[i].partition);
        while (!ask_positions(client, group, *one, std::max(left(), milliseconds(1)), found)) {
            if (left() <= ask_again)
                throw ports::log_unavailable("Kafka: a commit of group " + group + " stays undecided");
            std::this_thread::sleep_for(ask_again);
        }
    }
    return found;
}

} // namespace gradesvc::kafka
