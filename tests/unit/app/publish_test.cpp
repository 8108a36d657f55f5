#include "gradesvc/app/publish_test.hpp"

#include "codec/definition.hpp"
#include "fakes.hpp"
#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace gradesvc;
using namespace gradesvc::app;
using namespace gradesvc::app::test;
using domain::errc;

namespace {

std::string document(const std::string& title, std::optional<int> version = {}, const std::string& id = "t") {
    return R"({ "test_id" : ")" + id + R"(", "title":")" + title + "\"" +
           (version ? ",\"version\":" + std::to_string(*version) : "") +
           R"(, "items":[{"item_id":"q1","correct":"A"}]})";
}

struct bench {
    catalog tests;
    fake_log log{tests};
    fake_clock clock;
    publish_test use_case{tests, log, log, clock, topics()};

    domain::outcome<published> operator()(publish_request request) {
        std::optional<domain::outcome<published>> answer;
        use_case(std::move(request), [&](domain::outcome<published> a) {
            REQUIRE_FALSE(answer); // once
            answer = std::move(a);
        });
        REQUIRE(answer);
        return *std::move(answer);
    }
    domain::outcome<published> operator()(const std::string& json) {
        return (*this)(publish_request{.test_id = "t", .document = json});
    }

    // Another instance appends this version.
    void other(const std::string& json, std::int64_t version) {
        log.append(definition_record(codec::store_definition(json, version)));
    }
};

} // namespace

TEST_CASE("the first version of a test is 1, the next one is above", "[publish]") {
    bench publish;
    const auto first = publish(document("a"));
    REQUIRE(first);
    CHECK(first->created);
    CHECK(first->test->version == 1);
    const auto second = publish(document("b"));
    REQUIRE(second);
    CHECK(second->created);
    CHECK(second->test->version == 2);
    CHECK(publish.tests.latest("t")->version == 2);
    CHECK(publish.tests.find("t", 1));
}

TEST_CASE("a published definition is on the log with its version, key and headers", "[publish]") {
    bench publish;
    REQUIRE(publish(document("a")));
    REQUIRE(publish.log.records.size() == 1);
    const auto& record = publish.log.records[0];
    CHECK(record.topic == "test_definitions");
    CHECK(record.key == "t");
    CHECK(codec::decode_definition(record.value)->version == 1);
    CHECK(codec::definition_sha256(record.value) == codec::definition_sha256(document("a")));
    const ports::outgoing out{
        .topic = record.topic, .key = record.key, .value = record.value, .headers = record.headers};
    CHECK(header_names(out) == std::vector<std::string>{"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject",
                                                        "ce_time", "content-type"});
    CHECK(header_of(out, "ce_type") == "org.gradesvc.test.published.v1");
    CHECK(header_of(out, "ce_time") == "2026-05-04T09:30:00.007Z");
}

TEST_CASE("what is equal to the latest version changes nothing", "[publish]") {
    bench publish;
    REQUIRE(publish(document("a")));
    REQUIRE(publish(document("b")));
    for (const auto& same : {document("b"), document("b", 2), document("a", 1), document("b", 1)}) {
        const auto again = publish(same);
        REQUIRE(again);
        CHECK_FALSE(again->created);
    }
    CHECK(publish.log.records.size() == 2);
    const auto back = publish(document("a")); // equal to an earlier one only
    REQUIRE(back);
    CHECK(back->test->version == 3);
}

TEST_CASE("at start what is equal to any earlier version changes nothing", "[publish]") {
    bench publish;
    REQUIRE(publish(document("a")));
    REQUIRE(publish(document("b")));
    const auto again = publish(publish_request{.test_id = "", .document = document("a"), .equal_to_any = true});
    REQUIRE(again);
    CHECK_FALSE(again->created);
    CHECK(again->test->version == 1);
    CHECK(publish.log.records.size() == 2);
}

TEST_CASE("a version in the document counts when it is above the latest", "[publish]") {
    bench publish;
    REQUIRE(publish(document("a", 5))->test->version == 5);
    CHECK(publish(document("b"))->test->version == 6);
    CHECK(publish(document("b", 9))->test->version == 9); // the same content under a new number
    for (const int version : {1, 5, 6, 9}) {
        const auto late = publish(document("c", version));
        REQUIRE_FALSE(late);
        CHECK(late.error().code == errc::conflict);
    }
}

TEST_CASE("If-Match guards against what one has not seen", "[publish]") {
    bench publish;
    const auto try_with = [&](const std::string& json, const std::string& tag) {
        return publish(publish_request{.test_id = "t", .document = json, .if_match = tag});
    };
    for (const auto* tag : {"*", "\"abc\""}) {
        const auto none = try_with(document("a"), tag);
        REQUIRE_FALSE(none);
        CHECK(none.error().code == errc::precondition_failed);
    }
    const auto first = publish(document("a"));
    const std::string old_tag = '"' + first->test->sha256 + '"';
    CHECK(try_with(document("b"), old_tag)->test->version == 2);
    CHECK_FALSE(try_with(document("c"), old_tag)); // no longer the latest
    CHECK_FALSE(try_with(document("c"), "\"" + first->test->sha256.substr(1) + "\""));
    CHECK_FALSE(try_with(document("c"), publish.tests.latest("t")->sha256)); // not quoted: not an entity tag
    CHECK_FALSE(try_with(document("c"), "W/\"" + publish.tests.latest("t")->sha256 + "\"")); // weak: never matches
    CHECK(try_with(document("c"), "\"x\", \"" + publish.tests.latest("t")->sha256 + "\"")->test->version == 3);
    CHECK(try_with(document("d"), "*")->test->version == 4);
}

TEST_CASE("the test of the path is the test of the document", "[publish]") {
    bench publish;
    const auto answer = publish(document("a", {}, "other"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::validation);
    CHECK(answer.error().errors.at(0).pointer == "/test_id");
    CHECK(publish.log.records.empty());
}

TEST_CASE("a bad definition is refused before anything is asked of the log", "[publish]") {
    bench publish;
    CHECK(publish("{").error().code == errc::malformed);
    const auto answer = publish(R"({"test_id":"t","items":[{"item_id":"q1"},{"item_id":"q1","correct":"A"}]})");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::validation);
    CHECK(answer.error().errors.size() == 2);
    CHECK(publish.log.catch_ups == 0);
}

TEST_CASE("what others published before is seen", "[publish]") {
    bench publish;
    publish.other(document("theirs"), 1);
    CHECK(publish(document("ours"))->test->version == 2);
    publish.other(document("same"), 3);
    const auto same = publish(document("same"));
    REQUIRE(same);
    CHECK_FALSE(same->created);
    CHECK(same->test->version == 3);
}

TEST_CASE("another instance publishes the same version first", "[publish]") {
    bench publish;
    publish.log.before_publish = [&, first = true]() mutable {
        if (std::exchange(first, false)) publish.other(document("theirs"), 1);
    };
    SECTION("ours becomes the next one") {
        const auto ours = publish(document("ours"));
        REQUIRE(ours);
        CHECK(ours->created);
        CHECK(ours->test->version == 2);
        CHECK(publish.tests.find("t", 1)->sha256 == codec::definition_sha256(document("theirs")));
        CHECK(publish.tests.find("t", 2)->sha256 == codec::definition_sha256(document("ours")));
    }
    SECTION("ours asks for exactly that number") {
        const auto ours = publish(document("ours", 1));
        REQUIRE_FALSE(ours);
        CHECK(ours.error().code == errc::conflict);
    }
    SECTION("with If-Match it is not what we have seen") {
        publish.other(document("seen"), 1);
        publish.log.before_publish = [&, first = true]() mutable {
            if (std::exchange(first, false)) publish.other(document("theirs"), 2);
        };
        const auto ours = publish(publish_request{.test_id = "t",
                                                  .document = document("ours"),
                                                  .if_match = '"' + codec::definition_sha256(document("seen")) + '"'});
        REQUIRE_FALSE(ours);
        CHECK(ours.error().code == errc::precondition_failed);
    }
}

TEST_CASE("a race that is always lost ends", "[publish]") {
    bench publish;
    int others = 0;
    publish.log.before_publish = [&] {
        ++others;
        publish.other(document("theirs " + std::to_string(others)), others);
    };
    const auto ours = publish(document("ours"));
    REQUIRE_FALSE(ours);
    CHECK(ours.error().code == errc::overloaded);
    CHECK(others < 20);
}

TEST_CASE("a log that cannot be read or written is said", "[publish]") {
    bench publish;
    SECTION("not read") {
        publish.log.reachable = false;
        CHECK(publish(document("a")).error().code == errc::overloaded);
        CHECK(publish.log.records.empty());
    }
    SECTION("not written") {
        publish.log.error = ports::log_errc::unavailable;
        const auto answer = publish(document("a"));
        CHECK(answer.error().code == errc::overloaded);
        CHECK(answer.error().retry_after);
    }
    SECTION("too large") {
        publish.log.error = ports::log_errc::too_large;
        CHECK(publish(document("a")).error().code == errc::too_large);
    }
    SECTION("written, but not read back") {
        publish.log.before_publish = [&] { publish.log.reachable = false; };
        CHECK(publish(document("a")).error().code == errc::overloaded);
    }
}
