#include "kafka/message.hpp"
#include "kafka/query.hpp"
#include "kafka/transaction.hpp"
#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::kafka;

TEST_CASE("a record owns its bytes") {
    std::string key = "user", value = "answers";
    rd_kafka_message_t message{};
    message.partition = 3;
    message.offset = 41;
    message.key = key.data();
    message.key_len = key.size();
    message.payload = value.data();
    message.len = value.size();
    // Headers and time come from the private part of a real message; the contract tests read those.
    const auto copied = copy_record(message, "topic", ports::time_ms{}, {{"name", "header"}});
    key = value = "gone";
    CHECK(copied.topic == "topic");
    CHECK(copied.partition == 3);
    CHECK(copied.offset == 41);
    CHECK(copied.key == "user");
    CHECK(copied.value == "answers");
    CHECK(copied.header("name") == "header");
}

TEST_CASE("no key, an empty key and no value are kept apart") {
    rd_kafka_message_t message{};
    CHECK_FALSE(copy_record(message, "t", {}, {}).key);
    CHECK(copy_record(message, "t", {}, {}).value.empty());
    char nothing = 0;
    message.key = &nothing;
    CHECK(copy_record(message, "t", {}, {}).key == "");
}

TEST_CASE("positions and notes become offsets") {
    const std::vector<ports::checkpoint> checkpoints = {{0, 12, "note"}, {5, 7, ""}};
    const auto list = to_offsets("topic", checkpoints);
    REQUIRE(list->cnt == 2);
    CHECK(list->elems[0].partition == 0);
    CHECK(list->elems[0].offset == 12);
    CHECK(note_of(list->elems[0]) == "note");
    CHECK(list->elems[1].partition == 5);
    CHECK(list->elems[1].offset == 7);
    CHECK(note_of(list->elems[1]).empty());
}
