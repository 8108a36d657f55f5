// The options of the service, read from flags, environment and file, checked before anything is touched.
#pragma once

#include "gradesvc/ports/log.hpp"
#include "gradesvc/scoring/scorer.hpp"
#include "gradesvc/telemetry/log.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace gradesvc::roles {

/// Wrong options, configuration or environment: one line for the user, exit code 2.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class role : std::uint8_t { all, api, worker };

/// About the log; the service and the tools that work on a log have these.
struct log_options {
    std::string brokers; ///< "" = embedded log
    std::filesystem::path data = "./data";
    std::string group = "scorers";
    std::string topic_prefix;
    std::map<std::string, std::string> kafka; ///< librdkafka properties, values of @PATH read
};

struct service_options : log_options {
    roles::role role = role::all;

    std::vector<std::string> listen = {"127.0.0.1:8080"};
    std::optional<std::string> admin_listen; ///< unset: by role; "off"
    bool insecure = false;
    std::uint64_t max_body = 512 * 1024;
    std::uint64_t max_header = 16 * 1024;
    int max_connections = 10'000;

    std::string instance; ///< "" = found at start
    int threads = 0;      ///< 0 = cores
    ports::delivery_mode delivery = ports::delivery_mode::exactly_once;
    scoring::profile profile = scoring::profile::standard;
    int max_attempts = 5;
    std::chrono::milliseconds score_timeout{60'000};

    std::optional<std::filesystem::path> tests;
    int partitions = 12;
    int replication = 0; ///< 0 = min(3, brokers)
    bool spool = true;
    std::uint64_t spool_limit = 1ULL << 30U;
    std::chrono::milliseconds keep = std::chrono::hours(24 * 90);
    std::chrono::milliseconds drain_timeout{25'000};
    std::chrono::milliseconds dedup_window = std::chrono::hours(24); ///< 0 = off

    std::optional<telemetry::format> log_format; ///< unset: text on a terminal, else JSON
    telemetry::level log_level = telemetry::level::info;

    bool has_api() const { return role != role::worker; }
    bool has_worker() const { return role != role::api; }
};

/// The words of --profile, for the service and the tools.
inline std::map<std::string, scoring::profile> profile_words() {
    return {
        {"fast", scoring::profile::fast}, {"standard", scoring::profile::standard}, {"full", scoring::profile::full}};
}

/// Whether an address of --listen can be reached from this machine only.
bool is_loopback(const std::string& endpoint);

} // namespace gradesvc::roles
