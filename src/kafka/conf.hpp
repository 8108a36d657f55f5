// Settings of the clients: own defaults, then the user's properties, then what the code depends on.
#pragma once

#include "gradesvc/kafka/log.hpp"
#include "kafka/handles.hpp"

namespace gradesvc::kafka {

using properties = std::map<std::string, std::string>;

/// What a kind of client needs: `defaults` may be changed by the user, `fixed` not.
struct profile {
    std::string_view role; ///< ends the client.id
    properties defaults;
    properties fixed;
};

/// Largest batch in bytes; also smaller than the topics take, so that a record that is too large fails alone.
profile publisher_profile(std::size_t batch_bytes, std::chrono::milliseconds timeout);
profile patient_publisher_profile(std::size_t batch_bytes);
profile transaction_profile(const std::string& transactional_id, std::size_t batch_bytes);
profile plain_producer_profile(std::size_t batch_bytes);
profile consumer_profile(const std::string& group, const std::string& instance);
profile reader_profile(ports::flow what);

enum class isolation : std::uint8_t { read_committed, read_uncommitted };
profile query_profile(isolation what_counts);

/// Throws ports::log_error when a property is refused.
conf_ptr make_conf(const config& settings, const profile& kind);

} // namespace gradesvc::kafka
