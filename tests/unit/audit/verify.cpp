#include "gradesvc/audit/verify.hpp"

#include "audit/json_difference.hpp"
#include "gradesvc/app/settle.hpp"
#include "support/catch.hpp"
#include "unit/audit/live_log.hpp"

#include <mutex>

namespace {

using namespace gradesvc;
using namespace gradesvc::audit;
using test::live_log;
using test::stored;

/// A log with submissions of "t" and the results that the service makes of them.
struct scored_log {
    live_log log{1};
    app::catalog tests;
    app::test::fake_log definitions{tests};
    std::unique_ptr<app::settler> settle;

    explicit scored_log(int submissions, scoring::profile profile = scoring::profile::standard) {
        log.running = false;
        log.add_definition(app::test::simple_test(1));
        app::test::add_test(tests, app::test::simple_test(1));
        settle = std::make_unique<app::settler>(tests, definitions, log.names, "1.2.3", profile);
        for (int i = 0; i < submissions; ++i) {
            log.append({.topic = log.names.submissions,
                        .key = "u",
                        .value = R"({"user_id":"u","test_id":"t","answers":{"q1":")" +
                                 std::string(i % 2 == 0 ? "A" : "B") + R"("}})"});
            const auto made = (*settle)(log.record(log.names.submissions, 0, static_cast<std::size_t>(i)).view(),
                                        app::test::at_ms(1'777'887'000'000 + i));
            REQUIRE(made.scored);
            log.append(stored::of(made.output, 0, 0, {}));
        }
    }
    stored& result(std::size_t i) { return log.record(log.names.results, 0, i); }
};

struct listener : verify_audience {
    std::vector<difference> found_; ///< run_verify calls one at a time
    void found(const difference& d) override { found_.push_back(d); }
    void progress(std::int64_t, std::int64_t) override {}
};

verify_counts verify(scored_log& made, listener& to, verify_options how = {}) {
    how.engine_version = "1.2.3";
    how.threads = 2;
    return run_verify(made.log, made.log.names, how, to);
}

void replace(std::string& text, const std::string& what, const std::string& by) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    text.replace(at, what.size(), by);
}

} // namespace

TEST_CASE("results that the service makes are computed again byte for byte") {
    scored_log made(200, GENERATE(scoring::profile::fast, scoring::profile::standard, scoring::profile::full));
    listener to;
    const auto sums = verify(made, to);
    CHECK(to.found_.empty());
    CHECK(sums.equal == 200);
    CHECK(sums.different == 0);
}

TEST_CASE("a result with a changed byte is named with the member") {
    scored_log made(50);
    replace(made.result(7).value, R"("raw":0)", R"("raw":1)");
    replace(made.result(8).value, R"("user_id":"u")", R"("user_id": "u")");
    made.result(9).value.resize(20);
    listener to;
    const auto sums = verify(made, to);
    CHECK(sums.equal == 47);
    CHECK(sums.different == 3);
    std::ranges::sort(to.found_, {}, &difference::offset);
    REQUIRE(to.found_.size() == 3);
    CHECK(to.found_[0].pointer == "/score/raw");
    CHECK(to.found_[0].stored == "1");
    CHECK(to.found_[0].computed == "0");
    CHECK(to.found_[0].offset == 7);
    CHECK(to.found_[0].test_id == "t");
    CHECK(to.found_[1].detail == "the same values in other bytes");
    CHECK(to.found_[2].detail == "it is no result document");
}

TEST_CASE("results of other engines and of no held submission are not compared") {
    scored_log made(20);
    replace(made.result(3).value, R"("version":"1.2.3")", R"("version":"1.2.2")");
    replace(made.result(4).value, R"("reason":"scored")", R"("reason":"external_score")");
    made.log.expire(made.log.names.submissions, 0, 3);
    listener to;
    const auto sums = verify(made, to);
    CHECK(to.found_.empty());
    CHECK(sums.unmatched == 3);
    CHECK(sums.other_reason == 1);
    CHECK(sums.other_versions == std::map<std::string, std::int64_t>{{"1.2.2", 1}});
    CHECK(sums.equal == 15);
}

TEST_CASE("a test that is not published any more is a difference, a replay is none") {
    scored_log made(4);
    replace(made.result(1).value, R"("revision":1,)", R"("revision":2,)");
    replace(made.result(1).value, R"("reason":"scored")", R"("reason":"replay")");
    replace(made.result(2).value, R"("test_version":1)", R"("test_version":9)");
    listener to;
    const auto sums = verify(made, to);
    CHECK(sums.equal == 3);
    REQUIRE(to.found_.size() == 1);
    CHECK(to.found_[0].offset == 2);
    CHECK(to.found_[0].detail == "its test is not published");
}

TEST_CASE("a part can be chosen") {
    scored_log made(400);
    listener to;
    CHECK(verify(made, to, {.limit = 30}).equal == 30);
    CHECK(verify(made, to, {.test = "other"}).equal == 0);
    CHECK(verify(made, to, {.test = "t"}).equal == 400);
    CHECK(verify(made, to, {.partition = 1}).equal == 0);
    const auto some = verify(made, to, {.sample = 10}).equal;
    CHECK(some > 15);
    CHECK(some < 90);
    CHECK_THROWS_AS(verify(made, to, {.partition = 9}), ports::log_error);
}

TEST_CASE("where two documents differ first") {
    using codec::json_document;
    const auto differ = [](const char* left, const char* right) {
        json_document a, b;
        REQUIRE(a.parse(left).empty());
        REQUIRE(b.parse(right).empty());
        const auto found = first_difference(a.root(), b.root());
        return found ? found->pointer + ' ' + found->left + ' ' + found->right : "none";
    };
    CHECK(differ(R"({"a":[1,{"b":2}]})", R"({ "a":[1,{"b":2}] })") == "none");
    CHECK(differ(R"({"a":[1,{"b":2}]})", R"({"a":[1,{"b":3}]})") == "/a/1/b 2 3");
    CHECK(differ(R"({"a":1,"b":2})", R"({"a":1})") == "/b 2 ");
    CHECK(differ(R"({"a":1})", R"({"a":1,"b":null})") == "/b  null");
    CHECK(differ(R"([1,2])", R"([1])") == "/1 2 ");
    CHECK(differ(R"({"a/b":"x"})", R"({"a/b":["x"]})") == "/a~1b \"x\" [\"x\"]");
    CHECK(differ(R"({"a":1,"b":2})", R"({"b":2,"a":1})") == "/a 1 1");
    CHECK(differ("1", "1.0") == " 1 1.0");
}
