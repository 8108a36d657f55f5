#include "gradesvc/domain/errc.hpp"
#include "http/head_scan.hpp"
#include "http/header_values.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"
#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::http;
using namespace std::string_view_literals;

namespace {

head_state scan(std::string_view bytes, std::size_t limit = 1000) {
    std::size_t checked = 0;
    return scan_head(bytes, limit, checked).state;
}

} // namespace

TEST_CASE("every kind of refusal has the status and the name of the contract") {
    using domain::errc;
    const std::tuple<errc, int, std::string_view> expected[] = {
        {errc::malformed, 400, "malformed"},
        {errc::unauthorized, 401, "unauthorized"},
        {errc::forbidden, 403, "forbidden"},
        {errc::not_found, 404, "not-found"},
        {errc::method_not_allowed, 405, "method-not-allowed"},
        {errc::not_acceptable, 406, "not-acceptable"},
        {errc::conflict, 409, "conflict"},
        {errc::precondition_failed, 412, "precondition-failed"},
        {errc::too_large, 413, "too-large"},
        {errc::unsupported_media_type, 415, "unsupported-media-type"},
        {errc::validation, 422, "validation"},
        {errc::unknown_test, 422, "unknown-test"},
        {errc::idempotency_key_reused, 422, "idempotency-key-reused"},
        {errc::too_many_requests, 429, "too-many-requests"},
        {errc::headers_too_large, 431, "headers-too-large"},
        {errc::internal, 500, "internal"},
        {errc::overloaded, 503, "overloaded"},
    };
    CHECK(problem_types().size() == std::size(expected));
    for (const auto& [code, status, name] : expected) {
        CHECK(problem_of(code).code == code);
        CHECK(problem_of(code).status == status);
        CHECK(problem_of(code).name == name);
        CHECK(find_problem(name) == &problem_of(code));
    }
    CHECK(find_problem("gone") == nullptr);
}

TEST_CASE("a problem document has all members, and an internal one tells nothing") {
    CHECK(problem_json({domain::errc::validation, "Wrong.", {{"/answers/q~11", "unknown \"item\""}}}, "/v1/x", "abc") ==
          R"({"type":"/problems/validation","title":"Validation failed","status":422,"detail":"Wrong.",)"
          R"("instance":"/v1/x","errors":[{"pointer":"/answers/q~11","detail":"unknown \"item\""}],"trace_id":"abc"})");
    CHECK(problem_json({domain::errc::internal, "password", {{"", "secret"}}}, "", "abc") ==
          R"({"type":"/problems/internal","title":"Internal error","status":500,"detail":null,)"
          R"("instance":null,"errors":[],"trace_id":"abc"})");
    const auto busy = problem_response({domain::errc::overloaded, "", {}, std::chrono::seconds(7)}, "/", "abc");
    CHECK(busy.headers == "Retry-After: 7\r\n");
}

TEST_CASE("text of clients is always shown as valid JSON") {
    const auto shown = [](std::string_view text) {
        std::string out;
        append_json_string(out, text);
        return out;
    };
    CHECK(shown("a\"\\\n\x01z") == R"("a\"\\\n\u0001z")");
    CHECK(shown("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80") == "\"gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80\"");
    CHECK(shown("\xFF") == "\"\xEF\xBF\xBD\"");
    CHECK(shown("\xC0\xAF") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK(shown("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK(shown("\xE2\x82") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("the end of a head is found however it is cut") {
    const auto head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"sv;
    std::size_t checked = 0;
    for (std::size_t size = 0; size < head.size(); ++size) {
        CAPTURE(size);
        CHECK(scan_head(head.substr(0, size), 1000, checked).state == head_state::incomplete);
    }
    const auto end = scan_head("GET / HTTP/1.1\r\nHost: a\r\n\r\nnext", 1000, checked);
    CHECK(end.state == head_state::complete);
    CHECK(end.size == head.size());
}

TEST_CASE("a head that could be read differently is malformed, a long one too long") {
    CHECK(scan("GET / HTTP/1.1\nHost: a\n\n") == head_state::malformed);
    CHECK(scan("GET / HTTP/1.1\r\nHost: a\n") == head_state::malformed);
    CHECK(scan("GET / HTTP/1.1\r\nA: b\r c\r\n") == head_state::malformed);
    CHECK(scan("GET / HTTP/1.1\r\nA: b\rc") == head_state::malformed);
    CHECK(scan("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n") == head_state::malformed);
    CHECK(scan("GET / HTTP/1.1\r\nA: b\0c"sv) == head_state::malformed);
    CHECK(scan("\x16\x03\x01\0"sv) == head_state::malformed);
    CHECK(scan(std::string(100, 'x'), 99) == head_state::too_long);
    CHECK(scan("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 26) == head_state::too_long);
}

TEST_CASE("media types, preferences and tags are understood") {
    CHECK(is_json_type("application/json"));
    CHECK(is_json_type("Application/JSON; charset=\"UTF-8\""));
    CHECK(is_json_type("application/vnd.school+json;charset=utf-8"));
    CHECK_FALSE(is_json_type("application/json; charset=latin1"));
    CHECK_FALSE(is_json_type("text/plain"));
    CHECK_FALSE(is_json_type("+json"));
    CHECK(is_ndjson_type("application/x-ndjson"));
    CHECK_FALSE(is_ndjson_type("text/csv"));

    CHECK(accept_quality(std::nullopt, "application/json") == 1);
    CHECK(accept_quality("*/*", "application/json") == 1);
    CHECK(accept_quality("text/html, application/*;q=0.5", "application/json") == 0.5);
    CHECK(accept_quality("application/json;q=0, */*", "application/json") == 0);
    CHECK(accept_quality("text/html", "application/json") == 0);

    CHECK(prefer_wait("respond-async, wait=10") == 10);
    CHECK(prefer_wait("wait=\"5\"") == 5);
    CHECK_FALSE(prefer_wait("wait=soon"));
    CHECK(lists_etag("\"a\", W/\"b\"", "b"));
    CHECK(lists_etag("*", "b"));
    CHECK_FALSE(lists_etag("\"ab\"", "b"));

    CHECK(valid_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
    CHECK_FALSE(valid_traceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01"));
    CHECK_FALSE(valid_traceparent("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"));
    CHECK(valid_traceparent(new_traceparent()));
    CHECK(new_traceparent() != new_traceparent());
}

TEST_CASE("routes are told apart from methods, and parameters are decoded") {
    const router routes({{"GET", "/v1/tests/{test_id}", nullptr},
                         {"PUT", "/v1/tests/{test_id}", nullptr},
                         {"POST", "/v1/submissions:batch", nullptr},
                         {"GET", "/v1/users/{user_id}/submissions", nullptr}});
    CHECK(routes.match("GET", "/v1/tests/a%2Fb%20c").parameters == std::vector<std::string>{"a/b c"});
    CHECK(routes.match("HEAD", "/v1/tests/x").found != nullptr);
    CHECK(routes.match("POST", "/v1/submissions:batch").found != nullptr);
    CHECK(routes.match("POST", "/v1/tests/x").allow == "GET, HEAD, PUT, OPTIONS");
    CHECK(routes.match("GET", "/v1/submissions:batch").allow == "POST, OPTIONS");
    for (const auto* path :
         {"/", "/v1/tests", "/v1/tests/", "/v1/tests/x/", "/v1/tests/x/y", "/v1/users//submissions", "*"}) {
        CAPTURE(path);
        CHECK(routes.match("GET", path).found == nullptr);
        CHECK(routes.match("GET", path).allow.empty());
    }
}

TEST_CASE("query parameters are decoded, and odd ones named") {
    const auto values = query_values("b=x%26y+z&a=", {"a", "b", "c"});
    REQUIRE(values.has_value());
    CHECK((*values)[0] == "");
    CHECK((*values)[1] == "x&y z");
    CHECK_FALSE((*values)[2]);
    CHECK(query_values("limt=3", {"limit"}).error().detail == "There is no query parameter \"limt\" here.");
    CHECK(query_values("a=1&a=2", {"a"}).error().code == domain::errc::validation);
}
