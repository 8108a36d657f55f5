#include "gradesvc/app/project.hpp"

#include "fakes.hpp"
#include "gradesvc/app/settle.hpp"
#include "gradesvc/app/submit.hpp"
#include "support/catch.hpp"
#include "support/outcome.hpp"

using namespace gradesvc;
using namespace gradesvc::app;
using namespace gradesvc::app::test;

namespace {

const ports::time_ms now = at_ms(1'777'887'000'500);

ports::projection rows_of(const std::vector<stored>& records) {
    std::vector<ports::record> views;
    for (const auto& record : records) views.push_back(record.view());
    projector project{topics()};
    return project(views);
}

bool empty(const ports::projection& step) {
    return step.accepted.empty() && step.scored.empty() && step.failed.empty();
}

struct bench {
    catalog tests;
    fake_log log{tests};
    fake_clock clock;

    bench() {
        add_test(tests, simple_test(1));
        tests.set_complete();
    }
    stored submission(const std::string& body) {
        submit(tests, log, clock, topics())({body}, [](const auto& answer) { REQUIRE(answer); });
        auto record = log.records.back();
        record.partition = 5;
        record.offset = 42;
        return record;
    }
    stored settled_of(const stored& record) {
        settler settle(tests, log, topics(), "v");
        return stored::of(settle(record.view(), now).output, 7, 8, at_ms(9));
    }
};

const std::string body = R"({"user_id":"u-1","test_id":"t","answers":{"q1":"A"},"attempt":2,"group_id":"g"})";

void check_origin(const ports::accepted_row& row, const stored& record) {
    CHECK(row.id.to_string() == record.headers.at(4).value);
    CHECK(row.user_id == "u-1");
    CHECK(row.test_id == "t");
    CHECK(row.test_version == 1);
    CHECK(row.attempt == 2);
    CHECK(row.group_id == "g");
    CHECK(row.accepted_at == at_ms(1'777'887'000'007));
    CHECK(row.topic == "test_submissions");
    CHECK(row.partition == 5);
    CHECK(row.offset == 42);
}

} // namespace

TEST_CASE("submission, result and dead letter tell the same of a submission", "[project]") {
    bench service;
    const auto record = service.submission(body);
    const auto step = rows_of({record, service.settled_of(record)});
    REQUIRE(step.accepted.size() == 1);
    check_origin(step.accepted[0], record);
    REQUIRE(step.scored.size() == 1);
    check_origin(step.scored[0].accepted, record);
    CHECK(step.scored[0].revision == 1);
    CHECK(step.scored[0].scored_at == now);
    CHECK(step.scored[0].document == service.settled_of(record).value);

    settler settle(service.tests, service.log, topics(), "v");
    const auto dead =
        rows_of({stored::of(settle.dead_letter(record.view(), "too_large", "Why.", 3, now).output, 7, 8, at_ms(9))});
    REQUIRE(dead.failed.size() == 1);
    check_origin(dead.failed[0].accepted, record);
    CHECK(dead.failed[0].failed_at == now);
    CHECK(dead.failed[0].code == "too_large");
    CHECK(dead.failed[0].detail == "Why.");
    CHECK(dead.failed[0].attempts == 3);
}

TEST_CASE("a dead letter without the original bytes is still told", "[project]") {
    bench service;
    auto record = service.submission(body);
    settler settle(service.tests, service.log, topics(), "v");
    const auto step = rows_of(
        {stored::of(settle.dead_letter(record.view(), "too_large", "", 1, now, app::letter_form::without_value).output,
                    7, 8, at_ms(9))});
    REQUIRE(step.failed.size() == 1);
    CHECK(step.failed[0].accepted.id.to_string() == record.headers.at(4).value);
    CHECK(step.failed[0].accepted.user_id == "u-1"); // the key
    CHECK(step.failed[0].accepted.test_version == 1);
}

TEST_CASE("a foreign submission has the id that its result will have", "[project]") {
    bench service;
    stored record{.topic = "test_submissions", .partition = 5, .offset = 42, .value = body};
    const auto step = rows_of({record, service.settled_of(record)});
    REQUIRE(step.accepted.size() == 1);
    REQUIRE(step.scored.size() == 1);
    CHECK(step.accepted[0].id == step.scored[0].accepted.id);
    CHECK(step.accepted[0].accepted_at == step.scored[0].accepted.accepted_at);
    CHECK(step.accepted[0].test_version == std::nullopt); // not known before it is scored
}

TEST_CASE("garbage gives a row once its dead letter is there", "[project]") {
    bench service;
    stored record{.topic = "test_submissions", .partition = 5, .offset = 42, .key = "u-9", .value = "\xff garbage"};
    CHECK(empty(rows_of({record})));
    const auto step = rows_of({service.settled_of(record)});
    REQUIRE(step.failed.size() == 1);
    const auto& row = step.failed[0];
    CHECK(row.code == "malformed");
    CHECK(row.accepted.id == domain::submission_id::for_position("test_submissions", 5, 42));
    CHECK(row.accepted.user_id == "u-9");
    CHECK(row.accepted.test_id.empty());
    CHECK(row.accepted.accepted_at == record.time);
    CHECK(row.accepted.partition == 5);
    CHECK(row.accepted.offset == 42);
}

TEST_CASE("texts that could not be shown are not taken over", "[project]") {
    bench service;
    const std::string bad = GENERATE(std::string("\xff\xfe"), std::string("\xc3"), std::string("a\0b", 3),
                                     std::string(129, 'x'), std::string("\xed\xa0\x80"));
    stored record{.topic = "test_submissions", .partition = 5, .offset = 42, .key = bad, .value = "garbage"};
    auto dead = service.settled_of(record);
    auto step = rows_of({dead});
    REQUIRE(step.failed.size() == 1);
    CHECK(step.failed[0].accepted.user_id.empty());
    for (auto& header : dead.headers)
        if (header.name == "dlq_detail") header.value = "\xff";
    step = rows_of({dead});
    REQUIRE(step.failed.size() == 1);
    CHECK(step.failed[0].detail.empty());
}

TEST_CASE("what means nothing to the read model gives no row", "[project]") {
    const std::string id = domain::submission_id::v5("x").to_string();
    CHECK(empty(rows_of({
        {.topic = "test_submissions", .value = "[]"},
        {.topic = "test_submissions", .value = ""},
        {.topic = "test_results_ready", .value = "garbage"},
        {.topic = "test_results_ready", .value = "[]"},
        {.topic = "test_results_ready", .value = "{}"},
        {.topic = "test_results_ready", .value = R"({"submission_id":7})"},
        {.topic = "test_results_ready", .value = R"({"submission_id":"x"})"},
        {.topic = "test_submissions.dlq", .value = "x"},
        {.topic = "test_submissions.dlq", .value = "x", .headers = {{"ce_subject", id}}},
        {.topic = "test_submissions.dlq", .value = "x", .headers = {{"dlq_reason", "malformed"}}},
        {.topic = "test_submissions.dlq", .value = "x", .headers = {{"ce_subject", "x"}, {"dlq_reason", "malformed"}}},
        {.topic = "test_definitions", .value = simple_test(1)},
        {.topic = "other", .value = body},
    })));
}

TEST_CASE("a result of little content is taken as far as it goes", "[project]") {
    const auto step = rows_of({{.topic = "test_results_ready",
                                .time = at_ms(5),
                                .value = R"({"submission_id":"4f3a4992-2808-5e59-a333-1f7a06208ece","revision":2})"}});
    REQUIRE(step.scored.size() == 1);
    CHECK(step.scored[0].revision == 2);
    CHECK(step.scored[0].scored_at == at_ms(5));
    CHECK(step.scored[0].accepted.accepted_at == at_ms(5));
    CHECK(step.scored[0].accepted.partition == -1);
    CHECK(step.scored[0].accepted.offset == -1);
}
