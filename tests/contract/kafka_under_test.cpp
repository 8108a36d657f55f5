#include "gradesvc/kafka/log.hpp"
#include "log_under_test.hpp"

#include <cstdlib>
#include <stdexcept>

namespace gradesvc::test {
namespace {

/// The broker keeps the topics of a case: their names are fresh, and the broker of a test run is thrown away.
std::shared_ptr<const std::string> broker() {
    const char* address = std::getenv("GRADESVC_KAFKA");
    if (address == nullptr || *address == '\0')
        throw std::runtime_error("GRADESVC_KAFKA does not name a broker (HOST:PORT); script/kafka start gives one");
    return std::make_shared<const std::string>(address);
}

std::unique_ptr<ports::log> open(const std::string& brokers, const log_options& options) {
    kafka::config settings;
    settings.brokers = brokers;
    settings.client_id = "gradesvc-contract";
    if (options.queue_records > 0)
        settings.properties["queue.buffering.max.messages"] = std::to_string(options.queue_records);
    return kafka::make_log(std::move(settings));
}

const registration kafka_log({.name = "kafka", .make_storage = broker, .open = open});

} // namespace
} // namespace gradesvc::test
