// Kafka's admin requests. All throw ports::log_unavailable when nobody answers in time.
#pragma once

#include "kafka/client.hpp"

namespace gradesvc::kafka {

using topic_settings = std::map<std::string, std::string>;

struct new_topic {
    std::string name;
    int partitions = 1;
    int replication = 1;
    topic_settings settings;
};

/// Empty when all exist now, else why not (the first reason). Topics that another process creates meanwhile are fine.
std::string create_topics(rd_kafka_t* client, const std::vector<new_topic>& topics, std::chrono::milliseconds timeout);

/// Settings by topic; topics that may not be looked at are left out.
std::map<std::string, topic_settings> describe_topics(rd_kafka_t* client, const std::vector<std::string>& topics,
                                                      std::chrono::milliseconds timeout);

/// What the group has committed for these partitions, once commits under way are decided. Throws ports::log_error too, when
/// it may not be looked at.
std::map<std::int32_t, ports::group_position> group_positions(rd_kafka_t* client, const std::string& group,
                                                              const rd_kafka_topic_partition_list_t& partitions,
                                                              std::chrono::milliseconds timeout);

} // namespace gradesvc::kafka
