// ports::log on a Kafka cluster. Topic, group and instance names are taken as they are: whoever wants a prefix puts it
// there before. Bad configuration is found by configuration_error before anything is started; make_log connects lazily
// and does not wait for a broker.
#pragma once

#include "gradesvc/ports/log.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::kafka {

struct config {
    std::string brokers;                               ///< bootstrap servers, HOST:PORT[,…]
    std::string client_id = "gradesvc";                ///< names this process and its role in the logs of the cluster
    std::map<std::string, std::string> properties;     ///< the user's librdkafka properties, go before our defaults
    int replication = 0;                               ///< of new topics; 0 = min(3, brokers)
    std::chrono::milliseconds topics_timeout{5000};    ///< how long ensure_topics waits for a broker
    std::chrono::milliseconds publish_timeout{10'000}; ///< how long a record is tried, but for patient publishers
};

/// A sentence about why this property cannot be set by the user (a promise would break), or nothing.
std::optional<std::string> forbidden_property(std::string_view name);

/// A sentence about the first property that is forbidden or unknown or has a bad value, or nothing. No network.
std::optional<std::string> configuration_error(const std::map<std::string, std::string>& properties);

std::unique_ptr<ports::log> make_log(config settings);

} // namespace gradesvc::kafka
