#include "gradesvc/kafka/log.hpp"
#include "kafka/conf.hpp"
#include "support/catch.hpp"

#include <array>

using namespace gradesvc;
using namespace gradesvc::kafka;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string value_of(const conf_ptr& conf, const char* name) {
    std::array<char, 512> value{};
    std::size_t size = value.size();
    REQUIRE(rd_kafka_conf_get(conf.get(), name, value.data(), &size) == RD_KAFKA_CONF_OK);
    return value.data();
}

std::string topic_value_of(const conf_ptr& conf, const char* name) {
    auto* topic = rd_kafka_conf_get_default_topic_conf(conf.get());
    REQUIRE(topic != nullptr);
    std::array<char, 64> value{};
    std::size_t size = value.size();
    REQUIRE(rd_kafka_topic_conf_get(topic, name, value.data(), &size) == RD_KAFKA_CONF_OK);
    return value.data();
}

std::string error_of(const properties& given) { return configuration_error(given).value_or(""); }

} // namespace

TEST_CASE("properties that would break a promise are refused") {
    const auto* const name =
        GENERATE("acks", "request.required.acks", "enable.idempotence", "enable.auto.commit", "isolation.level",
                 "group.id", "group.instance.id", "transactional.id", "partition.assignment.strategy", "partitioner");
    REQUIRE(forbidden_property(name));
    CHECK_THAT(*forbidden_property(name), ContainsSubstring(name));
    CHECK_THAT(error_of({{name, "1"}}), ContainsSubstring(name));
}

TEST_CASE("the servers are given by their own option") {
    CHECK_THAT(error_of({{"bootstrap.servers", "x:1"}}), ContainsSubstring("--brokers"));
}

TEST_CASE("tuning and security properties pass") {
    CHECK(error_of({}).empty());
    CHECK(error_of({{"linger.ms", "20"}, {"session.timeout.ms", "10000"}, {"fetch.wait.max.ms", "10"}}).empty());
    CHECK(error_of({{"compression.codec", "zstd"}, {"transaction.timeout.ms", "20000"}}).empty());
    CHECK(error_of({{"security.protocol", "SASL_SSL"},
                    {"sasl.mechanism", "SCRAM-SHA-512"},
                    {"sasl.username", "u"},
                    {"sasl.password", "p"}})
              .empty());
}

TEST_CASE("an unknown property and a bad value are named") {
    CHECK_THAT(error_of({{"no.such.thing", "1"}}), ContainsSubstring("no.such.thing"));
    CHECK_THAT(error_of({{"linger.ms", "soon"}}), ContainsSubstring("linger.ms"));
    CHECK_THAT(error_of({{"compression.codec", "rar"}}), ContainsSubstring("compression.codec"));
}

TEST_CASE("properties that exclude each other and files that are not there are found before the start") {
    CHECK_FALSE(error_of({{"max.in.flight", "6"}}).empty());
    CHECK_FALSE(error_of({{"security.protocol", "SSL"}, {"ssl.ca.location", "/no/such/file"}}).empty());
}

TEST_CASE("the secret value of a property is not repeated in an error") {
    const auto why = error_of({{"sasl.password", "hunter2"}, {"security.protocol", "nonsense"}});
    CHECK_FALSE(why.empty());
    CHECK(why.find("hunter2") == std::string::npos);
}

TEST_CASE("own defaults give way to the user, promises do not") {
    config settings;
    settings.brokers = "a:1,b:2";
    settings.properties = {{"session.timeout.ms", "9000"}, {"compression.codec", "none"}};
    const auto consumer = make_conf(settings, consumer_profile("scorers", "w1"));
    CHECK(value_of(consumer, "bootstrap.servers") == "a:1,b:2");
    CHECK(value_of(consumer, "session.timeout.ms") == "9000");
    CHECK(value_of(consumer, "group.instance.id") == "w1");
    CHECK(value_of(consumer, "isolation.level") == "read_committed");
    CHECK(value_of(consumer, "partition.assignment.strategy") == "range");
    CHECK(value_of(consumer, "enable.auto.commit") == "false");

    const auto producer = make_conf(settings, transaction_profile("scorers.w1", 500'000));
    CHECK(value_of(producer, "compression.codec") == "none");
    CHECK(value_of(producer, "transactional.id") == "scorers.w1");
    CHECK(value_of(producer, "transaction.timeout.ms") == "10000");
    CHECK(value_of(producer, "batch.size") == "500000");
    CHECK(value_of(producer, "enable.idempotence") == "true");
}

TEST_CASE("own defaults give way also where the user takes another of a property's names") {
    config settings;
    settings.properties = {{"delivery.timeout.ms", "7000"}, {"compression.type", "zstd"}};
    const auto conf = make_conf(settings, publisher_profile(1'000'000, std::chrono::seconds(10)));
    CHECK(topic_value_of(conf, "message.timeout.ms") == "7000");
    CHECK(value_of(conf, "compression.codec") == "zstd");
}

TEST_CASE("a client is named after the process and its role, unless the user names it") {
    config settings;
    settings.client_id = "gradesvc-api";
    CHECK(value_of(make_conf(settings, publisher_profile(1'000'000, std::chrono::seconds(10))), "client.id") ==
          "gradesvc-api-publisher");
    settings.properties = {{"client.id", "mine"}};
    CHECK(value_of(make_conf(settings, reader_profile(ports::flow::stream)), "client.id") == "mine");
}

TEST_CASE("records get the partition that Java and Python producers give them") {
    const auto conf = make_conf({}, publisher_profile(1'000'000, std::chrono::seconds(10)));
    CHECK(topic_value_of(conf, "partitioner") == "murmur2_random");
}
