#include "codec/submission_decoder.hpp"

#include "codec/sha256.hpp"
#include "support/catch.hpp"
#include "support/outcome.hpp"

#include <algorithm>

using gradesvc::codec::id_for_key;
using gradesvc::codec::submission_decoder;
using gradesvc::codec::unknown_members;
using gradesvc::domain::answer_value;
using gradesvc::domain::errc;
using gradesvc::domain::submission;
using kind = answer_value::kind;

namespace {

using pointers = std::vector<std::string>;

pointers errors_of(const std::string& body, unknown_members unknown = unknown_members::refuse) {
    submission_decoder decoder;
    const auto decoded = decoder.decode(body, unknown);
    if (decoded) return {};
    REQUIRE(decoded.error().code == errc::validation);
    pointers found;
    for (const auto& error : decoded.error().errors) {
        CHECK_FALSE(error.detail.empty());
        found.push_back(error.pointer);
    }
    REQUIRE_FALSE(found.empty());
    return found;
}

// A submission with these members, and the rest of what it needs.
std::string with(const std::string& members) {
    std::string body = "{" + members;
    for (const auto* needed : {"\"user_id\":\"u\"", "\"test_id\":\"t\"", "\"answers\":{}"}) {
        const std::string name = std::string(needed).substr(0, std::string(needed).find(':') + 1);
        if (members.find(name) == std::string::npos) body += (body.size() > 1 ? "," : "") + std::string(needed);
    }
    return body + "}";
}

std::string repeated(const std::string& text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
}

std::string many_answers(int count) {
    std::string members;
    for (int i = 0; i < count; ++i) members += (i == 0 ? "\"q" : ",\"q") + std::to_string(i) + "\":\"A\"";
    return with("\"answers\":{" + members + "}");
}

std::string answers_hash(const std::string& answers) {
    const std::string body = with("\"answers\":" + answers);
    submission_decoder decoder;
    REQUIRE(decoder.decode(body, unknown_members::refuse));
    return decoder.answers_sha256();
}

} // namespace

TEST_CASE("every rule of a submission has its pointer", "[submission]") {
    struct row {
        std::string body;
        pointers expected;
    };
    const std::string e128 = repeated("é", 128), x129(129, 'x');
    const auto [body, expected] = GENERATE_COPY(
        // The whole document.
        row{"[]", {""}}, row{"null", {""}}, row{"7", {""}}, row{"{}", {"/user_id", "/test_id", "/answers"}},
        row{with(""), {}}, row{with("\"more\":1,\"a/b\":2"), {"/more", "/a~1b"}},
        row{with("\"answer\":{}"), {"/answer"}},
        row{R"({"user_id":"u","user_id":"v","test_id":"t","answers":{"q":"A","q":"B"}})", {"/user_id", "/answers/q"}},
        // Ids.
        row{with("\"user_id\":7,\"test_id\":-7"), {}}, row{with("\"user_id\":7.0"), {"/user_id"}},
        row{with("\"user_id\":1e3"), {"/user_id"}}, row{with("\"user_id\":123456789012345678901234567890"), {}},
        row{with("\"user_id\":" + std::string(129, '7')), {"/user_id"}}, row{with("\"user_id\":null"), {"/user_id"}},
        row{with("\"user_id\":true"), {"/user_id"}}, row{with("\"user_id\":[\"u\"]"), {"/user_id"}},
        row{with("\"user_id\":\"\""), {"/user_id"}}, row{with("\"user_id\":\"a\\u0000\""), {"/user_id"}},
        row{with("\"user_id\":\"a\\u0085\""), {"/user_id"}}, row{with("\"user_id\":\"a\x7f\""), {"/user_id"}},
        row{with("\"user_id\":\"" + e128 + "\""), {}}, row{with("\"user_id\":\"" + e128 + "é\""), {"/user_id"}},
        row{with("\"test_id\":\"" + x129 + "\""), {"/test_id"}}, row{with("\"user_id\":\"a/b@c\""), {}},
        row{with("\"test_id\":\"a/b\""), {"/test_id"}}, row{with("\"test_id\":\"a@b\""), {"/test_id"}},
        // Optional members; null is absent.
        row{with("\"submission_key\":\"k\",\"test_version\":1,\"attempt\":0,\"group_id\":\"g\",\"locale\":\"de\","
                 "\"metadata\":{\"a\":\"b\"},"
                 "\"started_at\":\"2026-05-04T09:00:00Z\",\"submitted_at\":\"2026-05-04T09:30:00Z\""),
            {}},
        row{with("\"submission_key\":null,\"test_version\":null,\"attempt\":null,\"group_id\":null,\"locale\":null,"
                 "\"metadata\":null,\"started_at\":null"),
            {}},
        row{with("\"submission_key\":7"), {"/submission_key"}},
        row{with("\"submission_key\":\"\""), {"/submission_key"}},
        row{with("\"submission_key\":\"" + std::string(255, 'k') + "\""), {}},
        row{with("\"submission_key\":\"" + std::string(256, 'k') + "\""), {"/submission_key"}},
        row{with("\"test_version\":0"), {"/test_version"}}, row{with("\"test_version\":1.0"), {"/test_version"}},
        row{with("\"test_version\":\"1\""), {"/test_version"}}, row{with("\"test_version\":9007199254740991"), {}},
        row{with("\"test_version\":9007199254740992"), {"/test_version"}}, row{with("\"attempt\":-1"), {"/attempt"}},
        row{with("\"attempt\":\"1\""), {"/attempt"}}, row{with("\"group_id\":7"), {"/group_id"}},
        row{with("\"group_id\":\"" + x129 + "\""), {"/group_id"}}, row{with("\"locale\":[]"), {"/locale"}},
        row{with("\"started_at\":7"), {"/started_at"}}, row{with("\"metadata\":[]"), {"/metadata"}},
        row{with("\"metadata\":{\"a\":1,\"b/c\":null,\"d\":\"e\"}"), {"/metadata/a", "/metadata/b~1c"}},
        row{with("\"metadata\":{\"a\":\"" + std::string(1025, 'x') + "\"}"), {"/metadata/a"}},
        // Answers.
        row{with("\"answers\":[]"), {"/answers"}}, row{with("\"answers\":null"), {"/answers"}},
        row{with("\"answers\":\"A\""), {"/answers"}}, row{many_answers(1000), {}},
        row{many_answers(1001), {"/answers"}},
        row{with(
                R"("answers":{"a":"A","b":1.5,"c":null,"d":["A",2,["x","y"]],"e":{"value":["A"],"time_ms":5120,"certainty":3}})"),
            {}},
        row{with(R"("answers":{"a":true,"b/c":[false,["x",{}]],"d":[null]})"),
            {"/answers/a", "/answers/b~1c/0", "/answers/b~1c/1/1"}},
        row{with(R"("answers":{"a":{},"b":{"value":null},"c":{"value":"A","time_ms":null,"certainty":null}})"), {}},
        row{with(
                R"("answers":{"a":{"value":{"value":"A"}},"b":{"value":true},"c":{"valeu":"A"},"d":{"value":["A",{}]}})"),
            {"/answers/a/value", "/answers/b/value", "/answers/c/valeu", "/answers/d/value/1"}},
        row{with(R"("answers":{"a":{"value":"A","value":"B"}})"), {"/answers/a/value"}},
        row{with(R"("answers":{"a":{"time_ms":-1},"b":{"time_ms":1.5},"c":{"time_ms":"1"},"d":{"time_ms":0}})"),
            {"/answers/a/time_ms", "/answers/b/time_ms", "/answers/c/time_ms"}},
        row{with(
                R"("answers":{"a":{"certainty":0},"b":{"certainty":4},"c":{"certainty":"1"},"d":{"certainty":2.0},"e":{"certainty":1}})"),
            {"/answers/a/certainty", "/answers/b/certainty", "/answers/c/certainty", "/answers/d/certainty"}});
    CAPTURE(body);
    auto found = errors_of(body);
    auto wanted = expected;
    std::sort(found.begin(), found.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK(found == wanted);
}

TEST_CASE("a submission that is not JSON is malformed", "[submission]") {
    submission_decoder decoder;
    for (const auto* body : {"", "{", "user_id=u", "{} {}", "{\"user_id\":\"\xff\"}"}) {
        const auto decoded = decoder.decode(body, unknown_members::refuse);
        REQUIRE_FALSE(decoded);
        CHECK(decoded.error().code == errc::malformed);
    }
}

TEST_CASE("at most 100 errors of a submission are told", "[submission]") {
    std::string members;
    for (int i = 0; i < 500; ++i) members += (i == 0 ? "\"q" : ",\"q") + std::to_string(i) + "\":true";
    CHECK(errors_of(with("\"answers\":{" + members + "}")).size() == 100);
}

TEST_CASE("unknown members are ignored in records of the log", "[submission]") {
    CHECK(
        errors_of(with(R"("more":{"x":[1]},"answers":{"q":{"value":"A","more":1}})"), unknown_members::ignore).empty());
    CHECK(errors_of(with(R"("more":1,"test_version":0)"), unknown_members::ignore) == pointers{"/test_version"});
}

TEST_CASE("a submission is decoded whole", "[submission]") {
    const std::string body =
        R"({"user_id":7,"test_id":"t-é","submission_key":"k","test_version":3,"attempt":2,"group_id":"g","locale":"de",
        "answers":{"q1":"B","q2":["A","C"],"q3":{"value":1.50,"time_ms":10,"certainty":2},"q4":[["x",[1,2]],[]]}})";
    submission_decoder decoder;
    const auto decoded = decoder.decode(body, unknown_members::refuse);
    REQUIRE(decoded);
    const submission& s = **decoded;
    CHECK(s.user_id == "7"); // the same id as "7"
    CHECK(s.test_id == "t-é");
    CHECK(s.submission_key == "k");
    CHECK(s.test_version == 3);
    CHECK(s.attempt == 2);
    CHECK(s.group_id == "g");
    CHECK(s.locale == "de");
    REQUIRE(s.answers.size() == 4);
    CHECK(s.answers[0].item_id == "q1");
    CHECK(s.answers[0].value.text == "B");
    CHECK_FALSE(s.answers[0].wrapped);
    REQUIRE(s.answers[1].value.what == kind::list);
    CHECK(s.answers[1].value.members[1].text == "C");
    CHECK(s.answers[2].wrapped);
    CHECK(s.answers[2].value.what == kind::number);
    CHECK(s.answers[2].value.text == "1.50");
    CHECK(s.answers[2].time_ms == 10);
    CHECK(s.answers[2].certainty == 2);
    const auto nested = s.answers[3].value.members;
    REQUIRE(nested.size() == 2);
    REQUIRE(nested[0].members.size() == 2);
    CHECK(nested[0].members[0].text == "x");
    REQUIRE(nested[0].members[1].members.size() == 2);
    CHECK(nested[0].members[1].members[1].text == "2");
    CHECK(nested[1].what == kind::blank);
}

TEST_CASE("integer ids are the same as their texts", "[submission]") {
    struct row {
        const char* json;
        const char* id;
    };
    const auto [json, id] = GENERATE(row{"7", "7"}, row{"\"7\"", "7"}, row{"-7", "-7"}, row{"0", "0"}, row{"-0", "0"},
                                     row{"18446744073709551615", "18446744073709551615"});
    const std::string body = with("\"user_id\":" + std::string(json));
    submission_decoder decoder;
    const auto decoded = decoder.decode(body, unknown_members::refuse);
    REQUIRE(decoded);
    CHECK((*decoded)->user_id == id);
}

TEST_CASE("blank answers are blank", "[submission]") {
    const auto* const value = GENERATE("null", "\"\"", "\" \\t\\n\"", "\"\\u00a0\\u3000\"", "[]", "{}",
                                       "{\"value\":null}", "{\"value\":\" \"}", "{\"value\":[]}", "{\"time_ms\":5}");
    const std::string body = with("\"answers\":{\"q\":" + std::string(value) + "}");
    submission_decoder decoder;
    const auto decoded = decoder.decode(body, unknown_members::refuse);
    REQUIRE(decoded);
    CHECK((*decoded)->answers[0].value.what == kind::blank);
}

TEST_CASE("a decoder forgets the submission before", "[submission]") {
    submission_decoder decoder;
    REQUIRE(decoder.decode(
        R"({"user_id":"u","test_id":"t","answers":{"q":"A"},"attempt":2,"group_id":"g","submission_key":"k"})",
        unknown_members::refuse));
    REQUIRE_FALSE(decoder.decode("[", unknown_members::refuse));
    const auto decoded = decoder.decode(R"({"user_id":"u","test_id":"t","answers":{}})", unknown_members::refuse);
    REQUIRE(decoded);
    CHECK((*decoded)->answers.empty());
    CHECK_FALSE((*decoded)->attempt);
    CHECK_FALSE((*decoded)->group_id);
    CHECK_FALSE((*decoded)->submission_key);
}

TEST_CASE("the hash of answers is over their canonical JSON", "[submission]") {
    CHECK(answers_hash("{}") == gradesvc::codec::sha256_hex("{}"));
    const auto hash = answers_hash(R"({"b":["x",1.50],"a":{"time_ms":1,"value":"é"}})");
    CHECK(hash == gradesvc::codec::sha256_hex(R"({"a":{"time_ms":1,"value":"é"},"b":["x",1.50]})"));
    CHECK(hash == answers_hash(R"( { "a" : {"value":"\u00e9","time_ms":1}, "b":[ "x", 1.50 ] } )"));
    CHECK(hash != answers_hash(R"({"b":["x",1.5],"a":{"time_ms":1,"value":"é"}})"));  // numbers as written
    CHECK(hash != answers_hash(R"({"b":[1.50,"x"],"a":{"time_ms":1,"value":"é"}})")); // lists keep their order
}

// Made with Python: uuid5 over json.dumps([…], separators=(",", ":"), ensure_ascii=False)
TEST_CASE("the id of a keyed submission is version 5 over user, test and key", "[submission]") {
    CHECK(id_for_key("u-123", "algebra-1", "k1").to_string() == "4f3a4992-2808-5e59-a333-1f7a06208ece");
    CHECK(id_for_key("Zoë", "t", "ключ").to_string() == "96d51102-d59a-5e95-ac18-ca40c414cb0b");
    CHECK(id_for_key("7", "t", "a\"b\\c\n\x1f").to_string() == "c7b17a1d-4edb-52c9-b4d4-81da8b50a57a");
}
