#include "gradesvc/app/settle.hpp"

#include "fakes.hpp"
#include "gradesvc/app/submit.hpp"
#include "support/catch.hpp"
#include "support/outcome.hpp"

#include <boost/json/parse.hpp>

using namespace gradesvc;
using namespace gradesvc::app;
using namespace gradesvc::app::test;
using Catch::Matchers::ContainsSubstring;

namespace {

const ports::time_ms now = at_ms(1'777'887'000'500);

struct bench {
    catalog tests;
    fake_log log{tests};
    fake_clock clock;
    settler settle{tests, log, topics(), "1.2.3"};

    bench() { log.append(definition_record(simple_test(1))); }

    // A submission as this service accepts it.
    stored accepted(const std::string& body, std::string_view traceparent = {}) {
        log.catch_up({}, [](bool) {});
        tests.set_complete();
        submit use_case(tests, log, clock, topics());
        bool ok = false;
        use_case({body, {}, traceparent}, [&](auto answer) { ok = answer.has_value(); });
        REQUIRE(ok);
        auto record = log.records.back();
        log.catch_ups = 0;
        record.partition = 5;
        record.offset = 42;
        record.time = clock.time + std::chrono::milliseconds(3);
        return record;
    }
};

// A record of another producer: a value alone.
stored foreign(const std::string& value) {
    return {.topic = "test_submissions", .partition = 5, .offset = 42, .value = value};
}

const std::string body = R"({"user_id":"u-1","test_id":"t","answers":{"q1":"A","q2":"B"}})";

boost::json::object json_of(const settled& outcome) { return boost::json::parse(outcome.output.value).as_object(); }

std::string reason_of(const settled& outcome) {
    CHECK_FALSE(outcome.scored);
    CHECK(outcome.output.topic == "test_submissions.dlq");
    CHECK(header_of(outcome.output, "dlq_reason") == std::string(outcome.reason));
    return std::string(outcome.reason);
}

} // namespace

TEST_CASE("an accepted submission becomes a result in its own partition", "[settle]") {
    bench service;
    const auto record =
        service.accepted(R"({"user_id":"u-1","test_id":"t","answers":{"q1":"A","q2":"B"},"attempt":2,"group_id":"g"})");
    const auto outcome = service.settle(record.view(), now);
    CHECK(outcome.scored);
    CHECK(outcome.accepted_at == service.clock.time);
    CHECK(outcome.output.topic == "test_results_ready");
    CHECK(outcome.output.partition == 5);
    CHECK(outcome.output.key == "u-1");
    const auto result = json_of(outcome);
    CHECK(result.at("submission_id") == record.headers.at(4).value.c_str());
    CHECK(result.at("user_id") == "u-1");
    CHECK(result.at("test_version") == 1);
    CHECK(result.at("attempt") == 2);
    CHECK(result.at("group_id") == "g");
    CHECK(result.at("accepted_at") == "2026-05-04T09:30:00.007Z");
    CHECK(result.at("scored_at") == "2026-05-04T09:30:00.500Z");
    CHECK(result.at("score").at("raw") == 1);
    CHECK(result.at("report").at("headline") == "You earned 1 of 2 points (50%).");
    CHECK(result.at("score").at("percent") == 50);
    const auto& by = result.at("scored_by").as_object();
    CHECK(by.at("version") == "1.2.3");
    CHECK(by.at("definition_sha256") == service.tests.latest("t")->sha256.c_str());
    CHECK(by.at("answers_sha256").as_string().size() == 64);
    CHECK(service.log.catch_ups == 0); // the version was stamped at acceptance
}

TEST_CASE("a result speaks the language of the submission", "[settle]") {
    bench service;
    const auto outcome =
        service.settle(foreign(R"({"user_id":"u","test_id":"t","answers":{"q1":"A"},"locale":"de-CH"})").view(), now);
    CHECK(json_of(outcome).at("report").at("headline") == "Sie haben 1 von 2 Punkten erreicht (50\u00a0%).");
}

TEST_CASE("a result has the headers of the contract", "[settle]") {
    bench service;
    const auto record = service.accepted(body, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    const auto out = service.settle(record.view(), now).output;
    CHECK(header_names(out) == std::vector<std::string>{"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject",
                                                        "ce_time", "content-type", "traceparent", "gs_source_partition",
                                                        "gs_source_offset"});
    CHECK(header_of(out, "ce_type") == "org.gradesvc.submission.scored.v1");
    CHECK(header_of(out, "ce_subject") == record.headers.at(4).value);
    CHECK(header_of(out, "ce_time") == "2026-05-04T09:30:00.500Z");
    CHECK(header_of(out, "traceparent") == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    CHECK(header_of(out, "gs_source_partition") == "5");
    CHECK(header_of(out, "gs_source_offset") == "42");
}

TEST_CASE("the same record gives the same bytes but for the time of scoring", "[settle]") {
    bench service;
    const auto record = service.accepted(body);
    const auto first = service.settle(record.view(), now).output;
    bench other;
    other.log.catch_up({}, [](bool) {});
    service.settle(foreign("garbage").view(), now); // what came between does not matter
    const auto again = service.settle(record.view(), now).output;
    const auto elsewhere = other.settle(record.view(), now).output;
    CHECK(again.value == first.value);
    CHECK(elsewhere.value == first.value);
    auto later = service.settle(record.view(), now + std::chrono::hours(1)).output;
    CHECK(header_of(later, "ce_id") == header_of(first, "ce_id"));
    const auto at = later.value.find("2026-05-04T10:30:00.500Z");
    REQUIRE(at != std::string::npos);
    CHECK(later.value.replace(at, 24, "2026-05-04T09:30:00.500Z") == first.value);
}

TEST_CASE("a record of another producer is scored from its value alone", "[settle]") {
    bench service;
    const auto record = foreign(R"({"user_id":7,"test_id":"t","answers":{"q1":"A","more":null},"what":"ever"})");
    const auto refused = service.settle(record.view(), now); // "more" is no item of the test, unlike unknown members
    CHECK(reason_of(refused) == "validation");

    const auto outcome = service.settle(
        foreign(R"({"user_id":7,"test_id":"t","answers":{"q1":{"value":"A","what":1}},"what":"ever"})").view(), now);
    REQUIRE(outcome.scored);
    CHECK(outcome.output.key == "7");
    const auto result = json_of(outcome);
    CHECK(result.at("submission_id") ==
          domain::submission_id::for_position("test_submissions", 5, 42).to_string().c_str());
    CHECK(result.at("accepted_at") == "2026-05-04T09:13:20.000Z"); // the time of the record
    CHECK(outcome.accepted_at == record.time);
    CHECK(result.at("user_id") == "7");
}

TEST_CASE("the id of a foreign record comes from ce_subject, submission_key or its place", "[settle]") {
    bench service;
    const auto id_of = [&](const stored& record) {
        return std::string(json_of(service.settle(record.view(), now)).at("submission_id").as_string());
    };
    const std::string keyed = R"({"user_id":"u-123","test_id":"t","answers":{},"submission_key":"k1"})";
    auto record = foreign(keyed);
    const auto by_key = id_of(record);
    record.offset = 43;
    CHECK(id_of(record) == by_key);
    CHECK(by_key == domain::submission_id::v5(R"(["u-123","t","k1"])").to_string());
    record.headers = {{"ce_subject", "4F3A4992-2808-5e59-a333-1f7a06208ece"}};
    CHECK(id_of(record) == "4f3a4992-2808-5e59-a333-1f7a06208ece");
    record.headers = {{"ce_subject", "order 66"}}; // no UUID
    CHECK(id_of(record) == by_key);
    record.value = body;
    CHECK(id_of(record) == domain::submission_id::for_position("test_submissions", 5, 43).to_string());
}

TEST_CASE("headers count only in records that gradesvc accepted", "[settle]") {
    bench service;
    service.log.append(definition_record(simple_test(2)));
    auto record = foreign(body);
    record.headers = {{"ce_subject", "4f3a4992-2808-5e59-a333-1f7a06208ece"},
                      {"ce_time", "2020-01-01T00:00:00Z"},
                      {"gs_test_version", "1"}};
    auto result = json_of(service.settle(record.view(), now));
    CHECK(result.at("accepted_at") == "2026-05-04T09:13:20.000Z");
    CHECK(result.at("test_version") == 2);
    record.headers.push_back({"ce_type", "org.gradesvc.submission.accepted.v1"});
    result = json_of(service.settle(record.view(), now));
    CHECK(result.at("accepted_at") == "2020-01-01T00:00:00.000Z");
    CHECK(result.at("test_version") == 1);
}

TEST_CASE("a foreign record is scored with the newest version that was there", "[settle]") {
    bench service;
    CHECK(json_of(service.settle(foreign(body).view(), now)).at("test_version") == 1);
    service.log.append(definition_record(simple_test(2)));
    auto record = foreign(body);
    record.time = now + std::chrono::seconds(1); // after the last look at the end of the definitions
    CHECK(json_of(service.settle(record.view(), now + std::chrono::seconds(2))).at("test_version") == 2);
    CHECK(service.log.catch_ups == 2);
    service.settle(record.view(), now + std::chrono::seconds(3));
    CHECK(service.log.catch_ups == 2); // older than the last look: no other one needed
}

TEST_CASE("a foreign record may name a version", "[settle]") {
    bench service;
    service.log.append(definition_record(simple_test(2)));
    const auto named = [&](int version) {
        return service.settle(
            foreign(R"({"user_id":"u","test_id":"t","answers":{},"test_version":)" + std::to_string(version) + "}")
                .view(),
            now);
    };
    CHECK(json_of(named(1)).at("test_version") == 1);
    const auto unknown = named(3);
    CHECK(reason_of(unknown) == "unknown_test");
    CHECK_THAT(*header_of(unknown.output, "dlq_detail"), ContainsSubstring("version 3"));
}

TEST_CASE("a test is unknown only when the definitions were read to their end", "[settle]") {
    bench service;
    const auto record = foreign(R"({"user_id":"u","test_id":"late","answers":{}})");
    service.log.reachable = false;
    CHECK_THROWS_AS(service.settle(record.view(), now), ports::log_unavailable);
    service.log.reachable = true;
    const auto unknown = service.settle(record.view(), now);
    CHECK(reason_of(unknown) == "unknown_test");
    CHECK_THAT(*header_of(unknown.output, "dlq_detail"), ContainsSubstring("\"late\""));
}

TEST_CASE("a stamped version that is not here yet is waited for", "[settle]") {
    bench service;
    const auto record = service.accepted(body);
    bench behind; // has read nothing so far
    behind.log.reachable = false;
    CHECK_THROWS_AS(behind.settle(record.view(), now), ports::log_unavailable);
    behind.log.reachable = true;
    CHECK(behind.settle(record.view(), now).scored);
}

TEST_CASE("a test that needs a newer engine fails the attempt, not the submission", "[settle]") {
    bench service;
    service.log.append(definition_record(
        R"({"test_id":"n","version":1,"skills":[{"skill_id":"s"}],"items":[
            {"item_id":"q","correct":"A","max_score":"999999.999999999","skills":{"s":1000}}]})"));
    CHECK_THROWS_WITH(service.settle(foreign(R"({"user_id":"u","test_id":"n","answers":{}})").view(), now),
                      ContainsSubstring("newer gradesvc"));
}

TEST_CASE("garbage becomes a dead letter with the original bytes", "[settle]") {
    bench service;
    auto record = foreign(std::string("\x00\xff garbage", 10));
    record.key = "some key";
    record.headers = {{"traceparent", "00-a-b-01"}};
    const auto outcome = service.settle(record.view(), now);
    CHECK(reason_of(outcome) == "malformed");
    CHECK(outcome.accepted_at == record.time);
    const auto& out = outcome.output;
    CHECK(out.value == record.value);
    CHECK(out.key == record.key);
    CHECK(header_names(out) == std::vector<std::string>{"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject",
                                                        "ce_time", "content-type", "traceparent", "gs_accepted_at",
                                                        "dlq_reason", "dlq_detail", "dlq_attempts", "dlq_topic",
                                                        "dlq_partition", "dlq_offset", "dlq_failed_at"});
    CHECK(header_of(out, "ce_type") == "org.gradesvc.submission.failed.v1");
    CHECK(header_of(out, "ce_subject") == domain::submission_id::for_position("test_submissions", 5, 42).to_string());
    CHECK(header_of(out, "dlq_attempts") == "1");
    CHECK(header_of(out, "dlq_topic") == "test_submissions");
    CHECK(header_of(out, "dlq_partition") == "5");
    CHECK(header_of(out, "dlq_offset") == "42");
    CHECK(header_of(out, "dlq_failed_at") == "2026-05-04T09:30:00.500Z");
    CHECK_FALSE(header_of(out, "dlq_detail")->empty());

    record.key.reset();
    CHECK_FALSE(service.settle(record.view(), now).output.key);
}

TEST_CASE("a dead letter of an accepted submission says when and for which version it was accepted", "[settle]") {
    bench service;
    const auto record = service.accepted(body);
    const auto out = service.settle.dead_letter(record.view(), "too_large", "The result is too large.", 3, now).output;
    CHECK(header_of(out, "ce_subject") == record.headers.at(4).value);
    CHECK(header_of(out, "gs_test_version") == "1");
    CHECK(header_of(out, "gs_definition_sha256") == service.tests.latest("t")->sha256);
    CHECK(header_of(out, "gs_accepted_at") == "2026-05-04T09:30:00.007Z");
    CHECK(header_of(out, "dlq_reason") == "too_large");
    CHECK(header_of(out, "dlq_detail") == "The result is too large.");
    CHECK(header_of(out, "dlq_attempts") == "3");
    CHECK(out.value == body);
    CHECK(service.settle.dead_letter(record.view(), "too_large", "", 1, now, app::letter_form::without_value)
              .output.value.empty());
}

TEST_CASE("the detail of a dead letter names what is wrong, and where", "[settle]") {
    bench service;
    const auto detail = [&](const std::string& value) {
        const auto outcome = service.settle(foreign(value).view(), now);
        CHECK(reason_of(outcome) == "validation");
        return *header_of(outcome.output, "dlq_detail");
    };
    CHECK_THAT(detail(R"({"user_id":"u"})"), ContainsSubstring("/test_id") && ContainsSubstring("/answers"));
    CHECK_THAT(detail(R"({"user_id":"u","test_id":"t","answers":{"q1":"C"}})"), ContainsSubstring("/answers/q1"));
    std::string many;
    for (int i = 0; i < 9; ++i) many += (i == 0 ? "\"x" : ",\"x") + std::to_string(i) + "\":1";
    CHECK_THAT(detail(R"({"user_id":"u","test_id":"t","answers":{)" + many + "}}"), ContainsSubstring("and 4 more"));
    std::string wide; // long names of two-byte characters
    for (int i = 0; i < 200; ++i) wide += "é";
    std::string wides;
    for (int i = 0; i < 5; ++i) wides += (i == 0 ? "\"" : ",\"") + wide + std::to_string(i) + "\":true";
    const auto cut = detail(R"({"user_id":"u","test_id":"t","answers":{)" + wides + "}}");
    CHECK(cut.size() <= 1000);
    CHECK(cut.size() >= 998);
    CHECK(static_cast<unsigned char>(cut[cut.size() - 2]) == 0xc3); // whole characters
}

TEST_CASE("a result says with which profile it was computed", "[settle]") {
    bench service;
    const std::string skilled =
        R"({"test_id":"t","version":2,"skills":[{"skill_id":"s"}],"items":[{"item_id":"q1","correct":"A","skills":{"s":1}}]})";
    service.log.append(definition_record(skilled));
    const auto record = foreign(R"({"user_id":"u-1","test_id":"t","answers":{"q1":"A"}})");
    const std::pair<scoring::profile, std::string> all[] = {
        {scoring::profile::fast, "fast"}, {scoring::profile::standard, "standard"}, {scoring::profile::full, "full"}};
    for (const auto& [profile, name] : all) {
        settler settle(service.tests, service.log, topics(), "1.2.3", profile);
        const auto result = json_of(settle(record.view(), now));
        CHECK(result.at("scored_by").at("profile") == name.c_str());
        CHECK(result.at("score").at("raw") == 1);
        CHECK(result.at("report").at("headline").is_null() == (profile == scoring::profile::fast));
        CHECK(result.at("skills").at(0).at("percent_ci95").is_null() == (profile == scoring::profile::fast));
    }
    CHECK(json_of(service.settle(record.view(), now)).at("scored_by").at("profile") == "standard");
}

TEST_CASE("outcomes carry the id by which the submission is recognised when it comes again", "[settle]") {
    bench service;
    const auto id_of = [&](const stored& record) { return service.settle(record.view(), now).id; };
    const auto accepted = service.accepted(body);
    CHECK(id_of(accepted) == domain::submission_id::parse(accepted.headers.at(4).value));
    CHECK_FALSE(id_of(foreign(body))); // its place is its id: the same record cannot come again
    const auto keyed = foreign(R"({"user_id":"u-1","test_id":"t","answers":{"q1":"A"},"submission_key":"k"})");
    REQUIRE(id_of(keyed));
    CHECK(id_of(keyed) == domain::submission_id::v5(R"(["u-1","t","k"])"));

    auto named = foreign("no submission"); // becomes a dead letter
    named.headers.push_back({"ce_subject", "0190a3b4-1111-7abc-8def-0123456789ab"});
    const auto subject = domain::submission_id::parse("0190a3b4-1111-7abc-8def-0123456789ab");
    CHECK(id_of(named) == subject);
    CHECK(service.settle.dead_letter(named.view(), "internal", "", 5, now).id == subject);

    named.headers.push_back({"dlq_replay", "3/14"});
    CHECK(id_of(named) == outcome_id(*subject, "3/14"));
    CHECK(id_of(named) != subject);
}
