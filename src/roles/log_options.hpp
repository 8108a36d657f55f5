// Declares and checks the options about the log, one by one: the service and the tools that work on a log have the same.
#pragma once

#include "roles/options.hpp"

#include <string>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace gradesvc::roles {

CLI::Option* declare_brokers(CLI::App& app, log_options& o);
CLI::Option* declare_data(CLI::App& app, log_options& o, const std::string& help);
CLI::Option* declare_group(CLI::App& app, log_options& o);
CLI::Option* declare_topic_prefix(CLI::App& app, log_options& o);
CLI::Option* declare_kafka(CLI::App& app, log_options& o);

/// Names and librdkafka properties. Throws usage_error.
void check_log_options(const log_options& o);

/// What may stand in the names of topics, groups and instances. Throws usage_error, which names the option.
void check_name(const std::string& option, const std::string& text);

} // namespace gradesvc::roles
