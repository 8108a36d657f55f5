// Creates topics that are missing and looks at the settings of those that are there.
#pragma once

#include "kafka/client.hpp"

#include <span>

namespace gradesvc::kafka {

struct topics_report {
    std::vector<int> partitions;            ///< in the order asked for
    std::size_t smallest_limit = 1'000'000; ///< bytes: what all of them take, and a batch may have
};

/// As ports::log::ensure_topics.
topics_report ensure_topics(rd_kafka_t* client, const config& settings, std::span<const ports::topic_spec> topics);

} // namespace gradesvc::kafka
