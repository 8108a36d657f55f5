#include "roles/log_access.hpp"

#include "gradesvc/embedded/log.hpp"
#include "gradesvc/kafka/log.hpp"
#include "gradesvc/telemetry/log.hpp"
#include "roles/log_options.hpp"
#include "roles/option_sources.hpp"

#include <CLI/CLI.hpp>

namespace gradesvc::roles {

namespace {

constexpr std::chrono::seconds patience{10};

} // namespace

log_access::log_access(CLI::App& command, CLI::App& service, group_use group) : service_(service) {
    declared_ = {declare_brokers(command, options_), declare_kafka(command, options_),
                 declare_data(command, options_, "Folder of the embedded log"),
                 declare_topic_prefix(command, options_)};
    if (group == group_use::named) declared_.push_back(declare_group(command, options_));
    auto* const config = command.add_option("--config", config_file_, "File of options (TOML), as for the service");
    config->type_name("FILE")->group("Log");
    for (auto* option : declared_) option->group("Log");
}

void log_access::complete() {
    for (const auto* option : declared_)
        if (option->get_name() == "--kafka" && option->count() > 0 && options_.brokers.empty())
            throw usage_error("--kafka needs --brokers: it is about Kafka");
    check_log_options(options_);
}

std::unique_ptr<ports::log> log_access::open(log_use use) {
    apply_environment_and_file(declared_, service_, config_file_);
    complete();
    telemetry::configure_log(telemetry::format::text, telemetry::level::error);
    auto log = options_.brokers.empty() ? open_embedded(use) : open_kafka();
    const std::vector<std::string> topics{names().submissions, names().results, names().dead_letters};
    try {
        log->end(topics, patience); // they are there, and somebody answers
    } catch (const ports::log_unavailable& error) {
        throw usage_error("--brokers " + options_.brokers + ": " + error.what());
    }
    return log;
}

std::unique_ptr<ports::log> log_access::open_kafka() const {
    return kafka::make_log({.brokers = options_.brokers, .client_id = "gradesvc-tool", .properties = options_.kafka});
}

std::unique_ptr<ports::log> log_access::open_embedded(log_use use) const {
    if (use == log_use::read) return embedded::open_log_for_reading(options_.data);
    const auto there = embedded::open_log_for_reading(options_.data); // makes nothing
    try {
        return embedded::make_log({.directory = options_.data});
    } catch (const embedded::folder_in_use& error) {
        throw usage_error(std::string(error.what()) + ": stop that service first");
    }
}

} // namespace gradesvc::roles
