#include "gradesvc/app/submit.hpp"

#include "fakes.hpp"
#include "support/catch.hpp"
#include "support/outcome.hpp"

#include <boost/json/parse.hpp>

using namespace gradesvc;
using namespace gradesvc::app;
using namespace gradesvc::app::test;
using domain::errc;

namespace {

struct bench {
    catalog tests;
    fake_log log{tests};
    fake_clock clock;
    submit use_case{tests, log, clock, topics()};

    bench() {
        add_test(tests, simple_test(1));
        add_test(tests, simple_test(3));
        tests.set_complete();
    }

    domain::outcome<accepted> operator()(const std::string& body, std::optional<std::string_view> key = {},
                                         std::string_view traceparent = {}) {
        std::optional<domain::outcome<accepted>> answer;
        use_case({body, key, traceparent}, [&](domain::outcome<accepted> a) {
            REQUIRE_FALSE(answer); // once
            answer = std::move(a);
        });
        REQUIRE(answer);
        return *std::move(answer);
    }
};

const std::string body = R"({"user_id":"u-1", "test_id":"t", "answers":{"q1":"A"}})";

std::string keyed_body(const std::string& key) {
    return R"({"user_id":"u-1","test_id":"t","answers":{"q1":"A"},"submission_key":")" + key + "\"}";
}

std::vector<std::string> pointers(const domain::refusal& why) {
    std::vector<std::string> all;
    for (const auto& error : why.errors) all.push_back(error.pointer);
    return all;
}

} // namespace

TEST_CASE("an accepted submission is published as received", "[submit]") {
    bench service;
    const auto answer = service(body);
    REQUIRE(answer);
    CHECK(answer->accepted_at == service.clock.time);
    CHECK(answer->test_version == 3);
    const auto id = answer->id.to_string();
    CHECK(id[14] == '7');
    REQUIRE(service.log.records.size() == 1);
    const auto& record = service.log.records[0];
    CHECK(record.topic == "test_submissions");
    CHECK(record.key == "u-1");
    CHECK(record.value == body);
}

TEST_CASE("a submission on the log has the headers of the contract", "[submit]") {
    bench service;
    const auto answer = service(body, {}, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    REQUIRE(answer);
    const auto& record = service.log.records.at(0);
    const ports::outgoing out{
        .topic = record.topic, .key = record.key, .value = record.value, .headers = record.headers};
    CHECK(header_names(out) == std::vector<std::string>{"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject",
                                                        "ce_time", "content-type", "traceparent", "gs_test_version",
                                                        "gs_definition_sha256"});
    CHECK(header_of(out, "ce_specversion") == "1.0");
    CHECK(header_of(out, "ce_type") == "org.gradesvc.submission.accepted.v1");
    CHECK(header_of(out, "ce_subject") == answer->id.to_string());
    CHECK_FALSE(header_of(out, "ce_id")->empty());
    CHECK(header_of(out, "ce_source") == "/gradesvc");
    CHECK(header_of(out, "ce_time") == "2026-05-04T09:30:00.007Z");
    CHECK(header_of(out, "content-type") == "application/json");
    CHECK(header_of(out, "traceparent") == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    CHECK(header_of(out, "gs_test_version") == "3");
    CHECK(header_of(out, "gs_definition_sha256") == service.tests.latest("t")->sha256);
}

TEST_CASE("without a trace there is no traceparent", "[submit]") {
    bench service;
    REQUIRE(service(body));
    for (const auto& header : service.log.records.at(0).headers) CHECK(header.name != "traceparent");
}

TEST_CASE("without a key every post is a new submission", "[submit]") {
    bench service;
    CHECK(service(body)->id != service(body)->id);
}

// Made with Python: uuid5 over ["u-1","t","order 66"]
TEST_CASE("a key gives the same id, whichever way it comes", "[submit]") {
    bench service;
    const std::string id = "42ef8ae2-003c-5ceb-b1aa-39fdf2f77185";
    CHECK(service(keyed_body("order 66"))->id.to_string() == id);
    CHECK(service(body, "order 66")->id.to_string() == id);
    CHECK(service(body, "\"order 66\"")->id.to_string() == id);
    CHECK(service(body, "\"order\\ 66\"")->id.to_string() == id);
    CHECK(service(keyed_body("order 66"), "\"order 66\"")->id.to_string() == id);
    CHECK(service(R"({"user_id":"u-2","test_id":"t","answers":{}})", "order 66")->id.to_string() != id);
    CHECK(service(body, "order 67")->id.to_string() != id);
}

TEST_CASE("quotes and escapes belong to the structured form of the header", "[submit]") {
    bench service;
    CHECK(service(body, R"("a\"b\\c")")->id == service(keyed_body(R"(a\"b\\c)"))->id);
    CHECK(service(body, R"(a\b)")->id == service(keyed_body(R"(a\\b)"))->id); // bare: as it stands
}

TEST_CASE("header and body with different keys are refused", "[submit]") {
    bench service;
    const auto answer = service(keyed_body("a"), "b");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::validation);
    CHECK(pointers(answer.error()) == std::vector<std::string>{"/submission_key"});
    CHECK(service.log.records.empty());
}

TEST_CASE("a key of the header has 1 to 255 characters without controls", "[submit]") {
    bench service;
    CHECK(service(body, std::string(255, 'k')));
    CHECK(service(body, "k\xc3\xa9"));
    const auto key =
        GENERATE(std::string(), std::string("\"\""), std::string(256, 'k'), std::string("a\tb"), std::string("k\xc3"));
    CAPTURE(key);
    const auto answer = service(body, key);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::validation);
    CHECK(answer.error().errors.size() == 1);
}

TEST_CASE("a submission is scored with the version it names", "[submit]") {
    bench service;
    const auto answer = service(R"({"user_id":"u","test_id":"t","answers":{},"test_version":1})");
    REQUIRE(answer);
    CHECK(answer->test_version == 1);
    CHECK(service.log.records.at(0).headers.at(7).value == "1");
}

TEST_CASE("what does not fit is refused and not published", "[submit]") {
    struct row {
        std::string body;
        errc code;
        std::vector<std::string> pointers;
    };
    const auto [text, code, wanted] = GENERATE(
        row{"{", errc::malformed, {}}, row{"[]", errc::validation, {""}},
        row{R"({"user_id":"u","test_id":"t"})", errc::validation, {"/answers"}},
        row{R"({"user_id":"u","test_id":"t","answers":{},"more":1})", errc::validation, {"/more"}},
        row{R"({"user_id":"u","test_id":"t","answers":{"q3":"A","q1":"C","q2":["A","B"]}})",
            errc::validation,
            {"/answers/q3", "/answers/q1", "/answers/q2/1"}},
        row{R"({"user_id":"u","test_id":"x","answers":{}})", errc::unknown_test, {"/test_id"}},
        row{R"({"user_id":"u","test_id":"x","answers":{},"test_version":1})", errc::unknown_test, {"/test_id"}},
        row{R"({"user_id":"u","test_id":"t","answers":{},"test_version":2})", errc::unknown_test, {"/test_version"}});
    CAPTURE(text);
    bench service;
    const auto answer = service(text);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == code);
    CHECK(pointers(answer.error()) == wanted);
    CHECK_FALSE(answer.error().detail.empty());
    CHECK(service.log.records.empty());
}

TEST_CASE("before the published tests are read nothing is unknown", "[submit]") {
    catalog tests;
    fake_log log(tests);
    fake_clock clock;
    submit use_case(tests, log, clock, topics());
    std::optional<domain::outcome<accepted>> answer;
    use_case({body}, [&](auto a) { answer = std::move(a); });
    REQUIRE_FALSE(*answer);
    CHECK(answer->error().code == errc::overloaded);
    CHECK(answer->error().retry_after);

    add_test(tests, simple_test(1)); // what is there already can be used
    use_case({body}, [&](auto a) { answer = std::move(a); });
    CHECK(*answer);
}

TEST_CASE("a log that does not store is told as what it is", "[submit]") {
    struct row {
        ports::log_errc error;
        errc code;
    };
    const auto [error, code] = GENERATE(
        row{ports::log_errc::too_large, errc::too_large}, row{ports::log_errc::queue_full, errc::overloaded},
        row{ports::log_errc::unavailable, errc::overloaded}, row{ports::log_errc::outcome_unknown, errc::overloaded});
    bench service;
    service.log.error = error;
    const auto answer = service(body);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == code);
    CHECK(answer.error().retry_after.has_value() == (code == errc::overloaded));
}

TEST_CASE("the answer to an accepted submission has every member", "[submit]") {
    const auto id = domain::submission_id::v5("x");
    const auto json = boost::json::parse(accepted_json({id, at_ms(1'777'887'000'007), 3}));
    const boost::json::value expected{{"message", "success, processing asynchronously"},
                                      {"submission_id", id.to_string()},
                                      {"status", "accepted"},
                                      {"status_url", "/v1/submissions/" + id.to_string()},
                                      {"accepted_at", "2026-05-04T09:30:00.007Z"},
                                      {"test_version", 3},
                                      {"durable", "log"}};
    CHECK(json == expected);
}

TEST_CASE("the answer says where a submission is durable", "[submit]") {
    bench service;
    service.log.at = ports::durable::spool;
    const auto answer = service(body);
    REQUIRE(answer);
    CHECK(boost::json::parse(accepted_json(*answer)).at("durable") == "spool");
    CHECK(answer->id.to_string() ==
          header_of({.topic = {}, .key = {}, .value = {}, .headers = service.log.records.at(0).headers}, "ce_subject"));
}
