#include "gradesvc/app/catalog.hpp"

#include "codec/definition.hpp"
#include "fakes.hpp"
#include "support/catch.hpp"

#include <thread>

using namespace gradesvc;
using namespace gradesvc::app;
using namespace gradesvc::app::test;

namespace {

std::string put(catalog& tests, const std::string& json, ports::time_ms time = at_ms(1)) {
    const stored record{.topic = "test_definitions", .time = time, .value = json};
    return tests.apply(record.view());
}

void remember(catalog& tests, const std::string& json) {
    const stored record{.topic = "test_definitions", .time = at_ms(1), .value = json};
    tests.remember(record.view());
}

/// simple_test() with another title.
std::string other_test(int version) {
    auto json = simple_test(version);
    const auto at = json.find("\"T\"");
    REQUIRE(at != std::string::npos);
    return json.replace(at, 3, "\"U\"");
}

} // namespace

TEST_CASE("versions of a test are found by number, and the latest", "[catalog]") {
    catalog tests;
    for (const int version : {5, 1, 3}) CHECK(put(tests, simple_test(version), at_ms(version)).empty());
    CHECK(tests.latest("t")->version == 5);
    CHECK(tests.find("t", 3)->version == 3);
    CHECK(tests.find("t", 3)->published_at == at_ms(3));
    CHECK(tests.find("t", 3)->json == simple_test(3));
    CHECK(tests.find("t", 3)->sha256 == codec::definition_sha256(simple_test(1)));
    CHECK(tests.find("t", 3)->title == "T");
    CHECK(tests.find("t", 3)->items == 2);
    CHECK(tests.scorer_of(*tests.find("t", 3))->definition().version == 3);
    CHECK_FALSE(tests.find("t", 2));
    CHECK_FALSE(tests.find("t", 6));
    CHECK_FALSE(tests.find("x", 1));
    CHECK_FALSE(tests.latest("x"));
    const auto versions = tests.versions("t");
    REQUIRE(versions.size() == 3);
    CHECK(versions[0]->version == 1);
    CHECK(versions[2]->version == 5);
    CHECK(tests.versions("x").empty());
}

TEST_CASE("the first record of a version counts", "[catalog]") {
    catalog tests;
    put(tests, simple_test(1, "first"));
    put(tests, simple_test(1, "second"));
    CHECK(tests.latest("t")->json == simple_test(1, "first"));
    CHECK(tests.versions("t").size() == 1);
}

TEST_CASE("a bad record is told and changes nothing", "[catalog]") {
    catalog tests;
    CHECK_FALSE(put(tests, "garbage").empty());
    CHECK_FALSE(put(tests, "{}").empty());
    CHECK_FALSE(put(tests, R"({"test_id":"t","items":[{"item_id":"q","correct":"A"}]})").empty()); // no version
    CHECK(tests.all_latest().empty());
}

TEST_CASE("a test beyond this engine is known, but has no scorer", "[catalog]") {
    catalog tests;
    tests.set_complete();
    CHECK_FALSE(put(tests,
                    R"({"test_id":"t","version":1,"skills":[{"skill_id":"s"}],"items":[
                {"item_id":"q","correct":"A","max_score":"999999.999999999","skills":{"s":1000}}]})")
                    .empty());
    REQUIRE(tests.latest("t"));
    CHECK_FALSE(tests.scorer_of(*tests.latest("t")));
}

TEST_CASE("all tests are listed by id", "[catalog]") {
    catalog tests;
    for (const auto* id : {"b", "a", "c"})
        put(tests, std::string(R"({"test_id":")") + id + R"(","version":1,"items":[{"item_id":"q","correct":"A"}]})");
    const auto all = tests.all_latest();
    REQUIRE(all.size() == 3);
    CHECK(all[0]->test_id == "a");
    CHECK(all[2]->test_id == "c");
}

TEST_CASE("a catalog is read by many while one thread applies", "[catalog]") {
    catalog tests;
    put(tests, simple_test(1));
    std::vector<std::jthread> readers;
    std::atomic<int> wrong{0};
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const auto latest = tests.latest("t");
                if (!latest || !tests.find("t", latest->version) || tests.versions("t").empty()) ++wrong;
            }
        });
    for (int version = 2; version <= 200; ++version) put(tests, simple_test(version));
    for (auto& reader : readers) reader.request_stop();
    readers.clear();
    CHECK(wrong == 0);
    CHECK(tests.latest("t")->version == 200);
}

TEST_CASE("remembered tests are found until the log has been read", "[catalog]") {
    catalog tests;
    for (const int version : {1, 2, 3}) remember(tests, simple_test(version));
    REQUIRE(tests.latest("t"));
    CHECK(tests.latest("t")->version == 3);
    CHECK(tests.scorer_of(*tests.latest("t")));
    CHECK_FALSE(tests.complete());
    const auto same = tests.find("t", 1);
    const auto other = tests.find("t", 2);
    CHECK(put(tests, simple_test(1)).empty());
    CHECK(put(tests, other_test(2)).empty());
    CHECK(tests.find("t", 1) == same);
    CHECK(tests.find("t", 2)->title == "U");
    CHECK(put(tests, simple_test(2)).empty()); // the log's own first record of a version counts
    CHECK(tests.find("t", 2)->title == "U");
    CHECK(tests.find("t", 3));
    tests.set_complete();
    CHECK(tests.versions("t").size() == 2);
    CHECK(tests.latest("t")->title == "U");
    CHECK(tests.scorer_of(*other)); // for those who hold it
}

TEST_CASE("a test that is only remembered is unknown once the log has been read", "[catalog]") {
    catalog tests;
    remember(tests, simple_test(1));
    remember(tests, "no definition");
    CHECK(tests.all_latest().size() == 1);
    tests.set_complete();
    CHECK_FALSE(tests.latest("t"));
    CHECK(tests.all_latest().empty());
    CHECK(put(tests, other_test(1)).empty());
    CHECK(tests.latest("t")->title == "U");
}

TEST_CASE("what the log has told is not replaced by what is remembered", "[catalog]") {
    catalog tests;
    CHECK(put(tests, other_test(1)).empty());
    remember(tests, simple_test(1));
    CHECK(tests.latest("t")->title == "U");
    tests.set_complete();
    CHECK(tests.latest("t"));
}
