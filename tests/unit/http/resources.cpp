// What each resource answers.
#include "service.hpp"
#include "support/catch.hpp"

using namespace gradesvc::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
namespace http = gradesvc::http;

TEST_CASE("a submission is accepted at all three addresses") {
    service one;
    for (const auto* path : {"/v1/submissions", "/api/submit-test", "/api/submit-test/"}) {
        const auto got = one.ask(post(path, submission()));
        CHECK(got.status == 202);
        const auto id = member(got.body, "submission_id");
        CHECK(id.size() == 36);
        CHECK(got.header("Location") == "/v1/submissions/" + id);
        CHECK(got.has("Content-Type: application/json\r\n"));
        CHECK(got.header("Date").size() == 29);
        CHECK(member(one.ask(get("/v1/submissions/" + id)).body, "status") == "accepted");
    }
    CHECK_THAT(one.ask(get("/metrics")).body, ContainsSubstring("gradesvc_submissions_accepted_total 3"));
    CHECK_THAT(
        one.ask(get("/metrics")).body,
        ContainsSubstring("gradesvc_http_requests_total{route=\"/v1/submissions/{submission_id}\",status=\"200\"} 3"));
}

TEST_CASE("a log that reports inside the call is answered too") {
    service one;
    one.at_once = true;
    CHECK(one.ask(post("/v1/submissions", submission())).status == 202);
}

TEST_CASE("an idempotency key gives the same id again") {
    service one;
    const auto first = one.ask(post("/v1/submissions", submission(), "Idempotency-Key: \"k-1\"\r\n"));
    const auto again = one.ask(post("/v1/submissions", submission("u-1", R"(,"submission_key":"k-1")")));
    CHECK(member(first.body, "submission_id") == member(again.body, "submission_id"));
    const auto both =
        one.ask(post("/v1/submissions", submission("u-1", R"(,"submission_key":"k-1")"), "Idempotency-Key: k-2\r\n"));
    CHECK(both.status == 422);
}

TEST_CASE("the trace of the client is passed on, or a new one made") {
    service one;
    const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    one.ask(post("/v1/submissions", submission(), "traceparent: " + trace + "\r\n"));
    CHECK(one.header_of_last("traceparent") == trace);
    one.ask(post("/v1/submissions", submission(), "traceparent: 00-xyz\r\n"));
    CHECK(one.header_of_last("traceparent").value_or("").size() == 55);
    CHECK(one.header_of_last("traceparent") != trace);
    const auto refused = one.ask(post("/v1/submissions", "{}", "traceparent: " + trace + "\r\n"));
    CHECK(member(refused.body, "trace_id") == "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST_CASE("a wrong submission is refused with pointers") {
    service one;
    CHECK(one.ask(post("/v1/submissions", "{")).status == 400);
    CHECK(one.ask(post("/v1/submissions", "")).status == 400);
    const auto unknown = one.ask(post("/v1/submissions", R"({"user_id":"u","test_id":"none","answers":{}})"));
    CHECK(unknown.status == 422);
    CHECK(member(unknown.body, "type") == "/problems/unknown-test");
    const auto invalid =
        one.ask(post("/v1/submissions", R"({"user_id":"u","test_id":"demo","answers":{"q1":"Z","q9":"A"}})"));
    CHECK(invalid.status == 422);
    CHECK_THAT(invalid.body, ContainsSubstring("\"pointer\":\"/answers/q1\"") && ContainsSubstring("/answers/q9"));
    CHECK(one.ask(post("/v1/submissions?x=1", submission())).status == 422);
}

TEST_CASE("without a log behind it a submission is refused for later") {
    service one;
    one.away = true;
    const auto got = one.ask(post("/v1/submissions", submission()));
    CHECK(got.status == 503);
    CHECK(member(got.body, "type") == "/problems/overloaded");
    CHECK_FALSE(got.header("Retry-After").empty());
    // "Not found" would be a claim that nobody can check now.
    CHECK(one.ask(get("/v1/submissions/018bcfe5-6800-7000-8000-000000000000")).status == 503);
}

TEST_CASE("a status that is not there is not found") {
    service one;
    const auto unknown = one.ask(get("/v1/submissions/018bcfe5-6800-7000-8000-000000000000"));
    CHECK(unknown.status == 404);
    CHECK(member(unknown.body, "type") == "/problems/not-found");
    CHECK(one.ask(get("/v1/submissions/018bcfe5-6800-7000-8000-000000000000?wait=1")).status == 404);
    CHECK(one.ask(get("/v1/submissions/42")).status == 404);
    for (const auto* query : {"?wait=61", "?wait=-1", "?wait=x", "?wait=", "?wait=1&wait=2", "?wat=1"}) {
        CAPTURE(query);
        const auto wrong = one.ask(get("/v1/submissions/018bcfe5-6800-7000-8000-000000000000" + std::string(query)));
        CHECK(wrong.status == 422);
        CHECK_THAT(wrong.body, ContainsSubstring("\"pointer\":\"\""));
    }
}

TEST_CASE("a read model that fails is an internal error without details") {
    service one;
    one.rows.broken = true;
    const auto got = one.ask(get("/v1/submissions/018bcfe5-6800-7000-8000-000000000000"));
    CHECK(got.status == 500);
    CHECK(got.body.find("secret") == std::string::npos);
    CHECK(member(got.body, "trace_id").size() == 32);
}

TEST_CASE("more than the reader threads can do is refused for later") {
    http::limits bounds;
    bounds.reader_queue = 0;
    service one(bounds);
    CHECK(one.ask(get("/v1/submissions/018bcfe5-6800-7000-8000-000000000000")).status == 503);
    CHECK(one.ask(get("/v1/users/u/submissions")).status == 503);
    const auto put =
        one.ask(with_body("PUT", "/v1/tests/t", R"({"test_id":"t","items":[{"item_id":"q","correct":"B"}]})"));
    CHECK(put.status == 503);
    CHECK_FALSE(put.header("Retry-After").empty());
    CHECK(one.ask(get("/v1/tests/t")).status == 404);
}

TEST_CASE("the submissions of a user come in pages, newest first") {
    service one;
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(member(one.ask(post("/v1/submissions", submission("a/b c"))).body, "submission_id"));
    const std::string path = "/v1/users/a%2Fb%20c/submissions";
    const auto all = one.ask(get(path));
    CHECK(all.status == 200);
    CHECK_THAT(all.body, ContainsSubstring("\"next_cursor\":null"));
    std::string cursor;
    std::vector<std::string> seen;
    do {
        const auto page = one.ask(get(path + "?limit=2&test_id=demo" + (cursor.empty() ? "" : "&cursor=" + cursor)));
        REQUIRE(page.status == 200);
        for (auto at = page.body.find("\"submission_id\""); at != std::string::npos;
             at = page.body.find("\"submission_id\"", at + 1))
            seen.push_back(member(page.body.substr(at), "submission_id"));
        cursor = member(page.body, "next_cursor");
    } while (!cursor.empty() && seen.size() < 10);
    CHECK(seen == std::vector<std::string>(ids.rbegin(), ids.rend()));
    CHECK_THAT(one.ask(get("/v1/users/nobody/submissions")).body, ContainsSubstring("\"data\":[]"));
    for (const auto* query : {"?limit=0", "?limit=201", "?limit=x", "?cursor=%21", "?page=2"}) {
        CAPTURE(query);
        CHECK(one.ask(get(path + query)).status == 422);
    }
}

TEST_CASE("a test is published, read and listed") {
    service one;
    const std::string text = R"({"test_id":"t/1","items":[{"item_id":"q1","correct":"B"}]})";
    CHECK(one.ask(with_body("PUT", "/v1/tests/t%2F1", text)).status == 422); // an id may not hold a slash
    const std::string definition = R"({"test_id":"t 1","items":[{"item_id":"q1","correct":"B"}]})";
    const auto created = one.ask(with_body("PUT", "/v1/tests/t%201", definition));
    CHECK(created.status == 201);
    CHECK(created.header("Location") == "/v1/tests/t%201?version=1");
    const auto tag = created.header("ETag");
    CHECK(tag.size() == 66);
    CHECK_THAT(created.body, ContainsSubstring("\"correct\""));
    const auto same = one.ask(with_body("PUT", "/v1/tests/t%201", definition));
    CHECK(same.status == 200);
    CHECK(same.header("ETag") == tag);

    const auto read = one.ask(get("/v1/tests/t%201"));
    CHECK(read.status == 200);
    CHECK(read.header("ETag") == tag);
    CHECK(read.body.find("\"correct\"") == std::string::npos);
    CHECK_THAT(one.ask(get("/v1/tests/t%201?key=true")).body, ContainsSubstring("\"correct\""));
    const auto known = one.ask(get("/v1/tests/t%201", "If-None-Match: " + tag + "\r\n"));
    CHECK(known.status == 304);
    CHECK(known.body.empty());
    CHECK(one.ask(get("/v1/tests/t%201?version=1")).status == 200);
    CHECK(one.ask(get("/v1/tests/t%201?version=2")).status == 404);
    CHECK(one.ask(get("/v1/tests/t%201?version=0")).status == 422);
    CHECK(one.ask(get("/v1/tests/t%201?key=yes")).status == 422);
    CHECK(one.ask(get("/v1/tests/none")).status == 404);
    CHECK_THAT(one.ask(get("/v1/tests")).body, ContainsSubstring("\"demo\"") && ContainsSubstring("\"t 1\""));
}

TEST_CASE("a test that contradicts what is stored is refused") {
    service one;
    const std::string definition = R"({"test_id":"demo","version":1,"items":[{"item_id":"q1","correct":"A"}]})";
    CHECK(one.ask(with_body("PUT", "/v1/tests/demo", definition)).status == 409);
    CHECK(one.ask(with_body("PUT", "/v1/tests/other", definition)).status == 422);
    const std::string next = R"({"test_id":"demo","items":[{"item_id":"q1","correct":"A"}]})";
    CHECK(one.ask(with_body("PUT", "/v1/tests/demo", next, "If-Match: \"0\"\r\n")).status == 412);
    const auto tag = one.ask(get("/v1/tests/demo")).header("ETag");
    CHECK(one.ask(with_body("PUT", "/v1/tests/demo", next, "If-Match: " + tag + "\r\n")).status == 201);
    CHECK(one.ask(with_body("PUT", "/v1/tests/demo", "{")).status == 400);
}

TEST_CASE("every problem type is explained") {
    service one;
    const auto page = one.ask(get("/problems/unknown-test"));
    CHECK(page.status == 200);
    CHECK(page.has("Content-Type: text/html; charset=utf-8"));
    const auto json = one.ask(get("/problems/unknown-test", "Accept: application/json\r\n"));
    CHECK(json.has("Content-Type: application/json"));
    CHECK(member(json.body, "title") == "Unknown test");
    CHECK(one.ask(get("/problems/none")).status == 404);
    CHECK(one.ask(get("/problems/conflict", "Accept: image/png\r\n")).status == 406);
}

TEST_CASE("health, readiness and metrics") {
    service one;
    CHECK(one.ask(get("/healthz")).status == 200);
    CHECK(one.ask(get("/readyz")).status == 200);
    one.ready = false;
    const auto not_ready = one.ask(get("/readyz"));
    CHECK(not_ready.status == 503);
    CHECK(not_ready.body == R"({"ready":false})");
    CHECK(one.ask(get("/healthz")).status == 200);
    CHECK(one.ask(get("/metrics")).has("Content-Type: text/plain; version=0.0.4"));
}

TEST_CASE("an operator's server shows nothing else") {
    gradesvc::telemetry::metrics metrics("test");
    http::server server(http::config{{"127.0.0.1:0", "[::1]:0"}, 1},
                        http::admin_services{metrics, [] {
                                                 return http::readiness{true, "{}"};
                                             }});
    const auto addresses = server.listening();
    REQUIRE(addresses.size() == 2);
    CHECK(addresses[1].starts_with("[::1]:"));
    CHECK_FALSE(addresses[1].ends_with(":0"));
    server.start();
    const int port = std::stoi(addresses[0].substr(addresses[0].rfind(':') + 1));
    CHECK(client(port).ask(get("/readyz")).status == 200);
    CHECK(client(port).ask(get("/metrics")).status == 200);
    CHECK(client(port).ask(get("/v1/tests")).status == 404);
    CHECK_THROWS_WITH(http::server(http::config{{addresses[0]}, 1}, http::admin_services{metrics, {}}),
                      "Cannot listen on " + addresses[0] + ": Address already in use.");
    for (const auto* wrong : {"127.0.0.1", ":80", "1:2:3", "[::1]", "127.0.0.1:70000", "127.0.0.1:x"}) {
        CAPTURE(wrong);
        CHECK_THROWS_AS(http::server(http::config{{wrong}, 1}, http::admin_services{metrics, {}}), http::listen_error);
    }
}
