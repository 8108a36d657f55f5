// POST /v1/submissions:batch
#include "service.hpp"
#include "support/catch.hpp"

using namespace gradesvc::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using gradesvc::http::limits;

namespace {

const std::string path = "/v1/submissions:batch";

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t start = 0;
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n', start)) {
        lines.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return lines;
}

} // namespace

TEST_CASE("a batch answers line by line") {
    service one;
    auto client = one.connect();
    const auto got = client.ask(
        post(path, submission() + "\n\n{\r\n" + submission("u", R"(,"extra":1)") + "\n \r\n" + submission("u-2"),
             "Content-Type: application/x-ndjson\r\n"));
    CHECK(got.status == 200);
    CHECK(got.has("Content-Type: application/x-ndjson"));
    const auto lines = lines_of(got.body);
    REQUIRE(lines.size() == 4);
    CHECK_THAT(lines[0], ContainsSubstring(R"({"line":1,"http_status":202,"submission":{)"));
    CHECK_THAT(lines[1], ContainsSubstring(R"({"line":3,"http_status":400,"problem":{"type":"/problems/malformed")"));
    CHECK_THAT(lines[2], ContainsSubstring(R"({"line":4,"http_status":422,"problem":{"type":"/problems/validation")"));
    CHECK_THAT(lines[3], ContainsSubstring(R"({"line":6,"http_status":202,)"));
    CHECK(client.ask(post(path, "")).body.empty());
    CHECK(client.ask(get("/healthz")).status == 200);
}

TEST_CASE("a batch of ten thousand lines comes back in order, sent before anything is read") {
    service one;
    std::string body;
    for (int i = 0; i < 10'000; ++i) body += i % 100 == 7 ? "oops\n" : submission("u-" + std::to_string(i)) + "\n";
    const auto lines = lines_of(one.ask(post(path, body)).body);
    REQUIRE(lines.size() == 10'000);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto start = "{\"line\":" + std::to_string(i + 1) + ",\"http_status\":" + (i % 100 == 7 ? "400" : "202");
        wrong += !lines[i].starts_with(start);
    }
    CHECK(wrong == 0);
    CHECK(one.published == 9900);
}

TEST_CASE("the limit of a body is one of a line in a batch") {
    limits bounds;
    bounds.max_body = 1000;
    service one(bounds);
    std::string body = submission() + "\n" + std::string(50'000, 'x') + "\n" + std::string(1001, ' ') + "\n";
    for (int i = 0; i < 50; ++i) body += submission() + "\n";
    const auto lines = lines_of(one.ask(post(path, body + std::string(2000, 'y'))).body);
    REQUIRE(lines.size() == 54);
    CHECK_THAT(lines[1], ContainsSubstring(R"({"line":2,"http_status":413,)"));
    CHECK_THAT(lines[2], ContainsSubstring(R"({"line":3,"http_status":413,)"));
    CHECK_THAT(lines[52], ContainsSubstring(R"({"line":53,"http_status":202,)"));
    CHECK_THAT(lines[53], ContainsSubstring(R"({"line":54,"http_status":413,)"));
}

TEST_CASE("lines are answered while the batch is still being sent") {
    service one;
    auto client = one.connect();
    const auto line = submission() + "\n";
    const std::string chunk = "80\r\n" + line + std::string(0x80 - line.size(), ' ') + "\r\n";
    const auto begun = client.ask("POST " + path +
                                  " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                                  "Expect: 100-continue\r\n\r\n");
    CHECK(begun.status == 100);
    client.send(chunk);
    CHECK_FALSE(client.closed_within(5s)); // the answer's first bytes are there
    client.send(chunk + "0\r\n\r\n");
    CHECK(lines_of(client.receive().body).size() == 2);
    CHECK(client.ask(get("/healthz")).status == 200);
}

TEST_CASE("a batch that breaks off is cut off") {
    service one;
    auto client = one.connect();
    client.send("POST " + path + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    CHECK(client.receive().status == 400);
    auto later = one.connect();
    later.send("POST " + path + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{\n\r\n");
    CHECK_FALSE(later.closed_within(5s));
    later.send("zz\r\n");
    const auto text = later.rest();
    CHECK_THAT(text, ContainsSubstring("\"line\":1"));
    CHECK_FALSE(text.ends_with("0\r\n\r\n"));
}

TEST_CASE("an old client gets a batch without chunks") {
    service one;
    const auto body = submission() + "\n" + submission();
    const auto got =
        one.ask("POST " + path + " HTTP/1.0\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    CHECK(got.status == 200);
    CHECK(got.closes());
    CHECK(lines_of(got.body).size() == 2);
}

TEST_CASE("a batch is refused as a whole for what concerns the whole") {
    service one;
    CHECK(one.ask(post(path, submission(), "Content-Type: text/csv\r\n")).status == 415);
    CHECK(one.ask(post(path, submission(), "Idempotency-Key: k\r\n")).status == 422);
    CHECK(one.ask(post(path, submission(), "Accept: text/html\r\n")).status == 406);
    CHECK(one.published == 0);
}
