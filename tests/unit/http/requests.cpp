// What is refused, and what is understood, on the wire.
#include "service.hpp"
#include "support/catch.hpp"

#include <random>

using namespace gradesvc::test;
using namespace std::chrono_literals;
using namespace std::string_view_literals;
using gradesvc::http::limits;

namespace {

const std::string chunked = "POST /v1/submissions HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string in_chunks(std::string_view text, std::size_t size) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += size) {
        const auto part = text.substr(at, size);
        out += hex[part.size() / 16 % 16];
        out += hex[part.size() % 16];
        out.append("\r\n").append(part).append("\r\n");
    }
    return out + "0\r\n\r\n";
}

limits small() {
    limits bounds;
    bounds.max_body = 1000;
    bounds.max_header = 1000;
    return bounds;
}

} // namespace

TEST_CASE("requests that a proxy could read differently are refused and cut off") {
    service one;
    const std::pair<std::string_view, std::string_view> table[] = {
        {"nonsense", "nonsense\r\n\r\n"},
        {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\n"},
        {"HTTP/1.2", "GET /healthz HTTP/1.2\r\nHost: a\r\n\r\n"},
        {"no Host", "GET /healthz HTTP/1.1\r\n\r\n"},
        {"two Hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
        {"list as Host", "GET /healthz HTTP/1.1\r\nHost: a, b\r\n\r\n"},
        {"user in Host", "GET /healthz HTTP/1.1\r\nHost: me@a\r\n\r\n"},
        {"length and chunked", "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
                               "chunked\r\n\r\n0\r\n\r\n"},
        {"chunked and length", "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                               "chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"},
        {"two equal lengths",
         "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"},
        {"two lengths",
         "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
        {"list of lengths", "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc"},
        {"signed length", "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc"},
        {"huge length", "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nabc"},
        {"chunked in 1.0", "POST /v1/submissions HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"chunked, identity",
         "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"},
        {"gzip, chunked",
         "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
        {"identity", "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n"},
        {"two codings", "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
                        "chunked\r\n\r\n0\r\n\r\n"},
        {"folded line", "GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"},
        {"bare LF", "GET /healthz HTTP/1.1\nHost: a\n\n"},
        {"bare CR", "GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n"},
        {"NUL", "GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n"sv},
        {"space before colon", "GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n"},
        {"no colon", "GET /healthz HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"},
        {"absolute form of another host", "GET http://b/healthz HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"authority form", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"asterisk", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"fragment", "GET /healthz#x HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"bad percent", "GET /v1/tests/%zz HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"two types",
         "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Type: text/a\r\nContent-Type: text/b\r\n\r\n"},
        {"bad chunk", "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n"},
        {"chunk without its end",
         "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n"},
    };
    for (const auto& [name, bytes] : table) {
        CAPTURE(name);
        auto client = one.connect();
        const auto got = client.ask(bytes);
        CHECK(got.status == 400);
        CHECK(got.closes());
        CHECK(got.has("Content-Type: application/problem+json"));
        CHECK(member(got.body, "type") == "/problems/malformed");
        CHECK(member(got.body, "trace_id").size() == 32);
        CHECK(client.closed_within(5s));
    }
    CHECK(one.published == 0);
}

TEST_CASE("unusual but correct requests are answered") {
    service one;
    CHECK(one.ask("GET http://test/healthz HTTP/1.1\r\nHost: TEST\r\n\r\n").status == 200);
    CHECK(one.ask("GET /%68ealthz HTTP/1.1\r\nHost:\r\n\r\n").status == 200);
    CHECK(one.ask("\r\nGET /healthz HTTP/1.1\r\nHost: [::1]:80\r\n\r\n").status == 200);
    CHECK(one.ask(chunked + in_chunks(submission(), 7)).status == 202);
    CHECK(one.ask(chunked + "1;x=y\r\n{\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n").status == 422);
    const auto old = one.ask("GET /healthz HTTP/1.0\r\n\r\n");
    CHECK(old.status == 200);
    CHECK(old.closes());
    auto kept = one.connect();
    CHECK(kept.ask("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection") == "keep-alive");
    CHECK(kept.ask(get("/healthz", "Connection: close\r\n")).closes());
    CHECK(kept.closed_within(5s));
}

TEST_CASE("addresses and methods are told apart") {
    service one;
    CHECK(member(one.ask(get("/nowhere")).body, "type") == "/problems/not-found");
    CHECK(member(one.ask(get("/nowhere?q=1")).body, "instance") == "/nowhere");
    const auto wrong = one.ask(get("/v1/submissions"));
    CHECK(wrong.status == 405);
    CHECK(wrong.header("Allow") == "POST, OPTIONS");
    CHECK(one.ask(with_body("DELETE", "/v1/tests/demo", "")).header("Allow") == "PUT, GET, HEAD, OPTIONS");
    const auto options = one.ask(with_body("OPTIONS", "/v1/submissions", ""));
    CHECK(options.status == 204);
    CHECK(options.header("Allow") == "POST, OPTIONS");
    CHECK(one.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status == 204);
    auto client = one.connect();
    const auto head = client.ask("HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n", true);
    CHECK(head.status == 200);
    CHECK(head.header("Content-Length") == std::to_string(client.ask(get("/healthz")).body.size()));
}

TEST_CASE("media types that nobody reads or writes here are refused, and the connection goes on") {
    service one;
    auto client = one.connect();
    CHECK(client.ask(post("/v1/submissions", submission(), "Content-Type: text/plain\r\n")).status == 415);
    CHECK(client.ask(post("/v1/submissions", submission(), "Content-Type: application/json; charset=utf-16\r\n"))
              .status == 415);
    const auto encoded = client.ask(post("/v1/submissions", submission(), "Content-Encoding: gzip\r\n"));
    CHECK(encoded.status == 415);
    CHECK(encoded.header("Accept-Encoding") == "identity");
    CHECK(client.ask(post("/v1/submissions", submission(), "Accept: text/html\r\n")).status == 406);
    CHECK(client.ask(get("/v1/tests", "Accept: image/png\r\n")).status == 406);
    CHECK(client.ask(get("/v1/tests", "Accept: image/png, */*;q=0.1\r\n")).status == 200);
    CHECK(one.published == 0);
    CHECK(client.ask(post("/v1/submissions", submission(), "Content-Type: application/x+json; charset=UTF-8\r\n"))
              .status == 202);
}

TEST_CASE("what is too large is refused as soon as it is known") {
    service one(small());
    const std::string large(1001, ' ');
    const auto known = one.ask("POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
    CHECK(known.status == 413);
    CHECK(known.closes());
    CHECK(member(known.body, "type") == "/problems/too-large");
    CHECK(one.ask(chunked + in_chunks(large, 100)).status == 413);
    const auto head = one.ask(get("/healthz", "X: " + large + "\r\n"));
    CHECK(head.status == 431);
    CHECK(member(head.body, "type") == "/problems/headers-too-large");
    CHECK(one.ask(chunked + "1;" + std::string(40'000, 'x')).status == 400);
    CHECK(one.ask(post("/v1/submissions", submission() + std::string(800, ' '))).status == 202);
    // One that does not stop sending still sees why.
    auto stubborn = one.connect();
    stubborn.send("POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n");
    for (int i = 0; i < 100; ++i) stubborn.send(large);
    CHECK(stubborn.receive().status == 413);
}

TEST_CASE("100-continue is asked for only where the body is wanted") {
    service one(small());
    const std::string expecting = "Host: a\r\nExpect: 100-continue\r\n";
    auto client = one.connect();
    const auto body = submission();
    const auto go_on = client.ask("POST /v1/submissions HTTP/1.1\r\n" + expecting +
                                  "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    CHECK(go_on.status == 100);
    CHECK(client.ask(body).status == 202);
    // The body came along: no need to ask.
    CHECK(client.ask(post("/v1/submissions", body, "Expect: 100-continue\r\n")).status == 202);

    const std::pair<std::string, int> refused[] = {
        {"POST /v1/submissions HTTP/1.1\r\n" + expecting + "Content-Length: 1001\r\n\r\n", 413},
        {"POST /nowhere HTTP/1.1\r\n" + expecting + "Content-Length: 10\r\n\r\n", 404},
        {"POST /healthz HTTP/1.1\r\n" + expecting + "Content-Length: 10\r\n\r\n", 405},
        {"POST /v1/submissions HTTP/1.1\r\n" + expecting + "Content-Type: a/b\r\nContent-Length: 10\r\n\r\n", 415},
    };
    for (const auto& [bytes, status] : refused) {
        auto other = one.connect();
        const auto got = other.ask(bytes);
        CHECK(got.status == status);
        CHECK(got.closes());
        CHECK(other.closed_within(5s));
    }
}

TEST_CASE("pipelined requests are answered in order") {
    service one;
    std::string bytes;
    for (int i = 0; i < 100; ++i) {
        bytes += post("/v1/submissions", submission("u-" + std::to_string(i)));
        bytes += get("/v1/tests/none-" + std::to_string(i));
    }
    auto client = one.connect();
    client.send(bytes);
    for (int i = 0; i < 100; ++i) {
        CHECK(client.receive().status == 202);
        CHECK(member(client.receive().body, "instance") == "/v1/tests/none-" + std::to_string(i));
    }
}

TEST_CASE("a request that comes byte by byte is answered") {
    service one;
    auto client = one.connect();
    for (const char byte : post("/v1/submissions", submission())) client.send({&byte, 1});
    CHECK(client.receive().status == 202);
}

TEST_CASE("bytes without sense never do harm") {
    service one(small());
    std::mt19937 random(7); // the same every time
    const auto seed = post("/v1/submissions", submission()) + chunked + in_chunks(submission(), 9) + get("/v1/tests");
    for (int round = 0; round < 300; ++round) {
        auto bytes = seed;
        const auto changes = 1 + random() % 8;
        for (unsigned i = 0; i < changes; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
        if (round % 3 == 0) bytes.resize(random() % bytes.size());
        auto client = one.connect();
        client.send(bytes);
        client.half_close();
        try {
            (void)client.rest();
        } catch (const std::exception&) {
            FAIL("round " << round << " hangs");
        }
    }
    CHECK(one.ask(get("/healthz")).status == 200);
}
