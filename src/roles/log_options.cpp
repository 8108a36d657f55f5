#include "roles/log_options.hpp"

#include "gradesvc/kafka/log.hpp"
#include "tools/file.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace gradesvc::roles {

namespace {

constexpr std::size_t max_name = 200;

std::string value_or_file(const std::string& name, const std::string& value) {
    if (!value.starts_with('@')) return value;
    try {
        auto text = tools::read_file(value.substr(1));
        while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
        return text;
    } catch (const std::runtime_error& error) {
        throw CLI::ValidationError("--kafka", name + ": " + error.what());
    }
}

} // namespace

CLI::Option* declare_brokers(CLI::App& app, log_options& o) {
    return app.add_option("--brokers", o.brokers, "Kafka bootstrap servers; without, the embedded log in --data")
        ->type_name("HOST:PORT,…");
}

CLI::Option* declare_data(CLI::App& app, log_options& o, const std::string& help) {
    return app
        .add_option_function<std::string>(
            "--data", [&o](const std::string& path) { o.data = path; }, help)
        ->default_str("./data")
        ->type_name("DIR");
}

CLI::Option* declare_group(CLI::App& app, log_options& o) {
    return app.add_option("--group", o.group, "Consumer group")->capture_default_str();
}

CLI::Option* declare_topic_prefix(CLI::App& app, log_options& o) {
    return app.add_option("--topic-prefix", o.topic_prefix, "Prefix of topics, groups and transactional ids")
        ->type_name("TEXT");
}

CLI::Option* declare_kafka(CLI::App& app, log_options& o) {
    const auto property = [&o](const std::vector<std::string>& all) {
        for (const auto& text : all) {
            const auto equals = text.find('=');
            if (equals == 0 || equals == std::string::npos)
                throw CLI::ValidationError("--kafka", "\"" + text + "\" is not NAME=VALUE");
            const auto name = text.substr(0, equals);
            o.kafka[name] = value_or_file(name, text.substr(equals + 1));
        }
    };
    return app
        .add_option_function<std::vector<std::string>>(
            "--kafka", property, "A librdkafka property; a value @PATH is read from that file; may be repeated")
        ->type_name("NAME=VALUE");
}

void check_name(const std::string& option, const std::string& text) {
    const auto legal = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    };
    if (text.empty() || text.size() > max_name || !std::all_of(text.begin(), text.end(), legal))
        throw usage_error(option + ": may have letters, digits, '.', '_' and '-', at most 200");
}

void check_log_options(const log_options& o) {
    if (!o.topic_prefix.empty()) check_name("--topic-prefix", o.topic_prefix);
    check_name("--group", o.group);
    if (o.kafka.empty()) return;
    if (const auto why = kafka::configuration_error(o.kafka)) throw usage_error("--kafka: " + *why);
}

} // namespace gradesvc::roles
