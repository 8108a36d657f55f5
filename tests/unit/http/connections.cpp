// Connections over time: limits, slow clients, drain.
#include "service.hpp"
#include "support/catch.hpp"

#include <future>
#include <sys/resource.h>

using namespace gradesvc::test;
using namespace std::chrono_literals;
using gradesvc::http::limits;
using clock_type = std::chrono::steady_clock;

namespace {

limits short_ones() {
    limits bounds;
    bounds.idle = bounds.read = bounds.write = 300ms;
    bounds.linger = 100ms;
    return bounds;
}

bool eventually(const std::function<bool()>& condition) {
    const auto until = clock_type::now() + 10s;
    while (!condition()) {
        if (clock_type::now() > until) return false;
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

std::string new_submission(const service& one, std::string_view user = "u-1") {
    return member(one.ask(post("/v1/submissions", submission(user))).body, "submission_id");
}

} // namespace

TEST_CASE("an idle connection is closed after its time") {
    service one(short_ones());
    auto fresh = one.connect();
    auto used = one.connect();
    CHECK(used.ask(get("/healthz")).status == 200);
    CHECK(fresh.closed_within(5s));
    CHECK(used.closed_within(5s));
}

TEST_CASE("a client that drips its request is cut off however often it drips") {
    service one(short_ones());
    for (const std::string start :
         {"GET /hea", "POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n"}) {
        auto client = one.connect();
        const auto begin = clock_type::now();
        client.send(start);
        while (!client.closed_within(20ms) && clock_type::now() - begin < 5s) client.send("x");
        CHECK(clock_type::now() - begin >= 200ms);
        CHECK(clock_type::now() - begin < 5s);
    }
}

TEST_CASE("a client that does not read its answers is cut off") {
    service one(short_ones());
    client slow(one.port(), 4096);
    std::string requests;
    for (int i = 0; i < 200; ++i) requests += get("/metrics");
    bool cut_off = false;
    for (int i = 0; i < 1000 && !cut_off; ++i) cut_off = !slow.send(requests);
    CHECK(cut_off);
    CHECK(one.ask(get("/healthz")).status == 200);
}

TEST_CASE("connections beyond the limit are told so") {
    limits bounds;
    bounds.max_connections = 2;
    service one(bounds);
    std::optional<client> first(one.connect());
    auto second = one.connect();
    CHECK(first->ask(get("/healthz")).status == 200);
    CHECK(second.ask(get("/healthz")).status == 200);
    auto third = one.connect();
    const auto refused = third.receive();
    CHECK(refused.status == 503);
    CHECK(refused.closes());
    CHECK(refused.header("Retry-After") == "1");
    first.reset();
    CHECK(eventually([&] {
        try {
            return one.ask(get("/healthz")).status == 200;
        } catch (const std::exception&) {
            return false;
        }
    }));
}

TEST_CASE("a drain closes idle connections, answers busy ones and ends waits") {
    service one;
    const auto id = new_submission(one);
    auto idle = one.connect();
    CHECK(idle.ask(get("/healthz")).status == 200);
    auto waiting = one.connect();
    waiting.send(get("/v1/submissions/" + id + "?wait=60"));
    one.log.hold(true);
    auto busy = one.connect();
    busy.send(post("/v1/submissions", submission("u-2")));
    CHECK(eventually([&] { return one.published == 2; }));

    const auto begin = clock_type::now();
    auto drained = std::async(std::launch::async, [&] { return one.server.drain(10s); });
    CHECK(idle.closed_within(5s));
    const auto status = waiting.receive();
    CHECK(status.status == 200);
    CHECK(member(status.body, "status") == "accepted");
    CHECK(status.closes());
    CHECK_THROWS(one.connect());
    one.log.hold(false);
    const auto accepted = busy.receive();
    CHECK(accepted.status == 202);
    CHECK(accepted.closes());
    CHECK(waiting.closed_within(5s));
    CHECK(busy.closed_within(5s));
    CHECK(drained.get());
    CHECK(clock_type::now() - begin < 8s);
}

TEST_CASE("what does not end within the drain time is cut off") {
    service one;
    one.log.hold(true);
    auto stuck = one.connect();
    stuck.send(post("/v1/submissions", submission()));
    CHECK(eventually([&] { return one.published == 1; }));
    auto half = one.connect();
    half.send("POST /v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n{");
    CHECK_FALSE(one.server.drain(100ms));
    CHECK(stuck.closed_within(5s));
    CHECK(half.closed_within(5s));
    one.log.hold(false); // the answer comes when nobody is left to take it
}

TEST_CASE("a server that nobody drained ends with its destructor") {
    std::optional<client> left;
    {
        service one({}, 2);
        left.emplace(one.connect());
        CHECK(left->ask(get("/healthz")).status == 200);
    }
    CHECK(left->closed_within(5s));
}

TEST_CASE("a status waits until the submission is scored") {
    service one;
    const auto id = new_submission(one);
    auto client = one.connect();
    auto preferring = one.connect();
    client.send(get("/v1/submissions/" + id + "?wait=30"));
    preferring.send(get("/v1/submissions/" + id, "Prefer: wait=30\r\n"));
    CHECK_FALSE(client.closed_within(100ms));
    one.score_all();
    const auto got = client.receive();
    CHECK(member(got.body, "status") == "scored");
    CHECK(preferring.receive().body == got.body);
    CHECK(one.ask(get("/v1/submissions/" + id + "?wait=30")).body == got.body); // at once
}

TEST_CASE("a wait ends with the present status at its time, or when the client closes its end") {
    service one;
    const auto id = new_submission(one);
    const auto begin = clock_type::now();
    CHECK(member(one.ask(get("/v1/submissions/" + id + "?wait=1")).body, "status") == "accepted");
    CHECK(clock_type::now() - begin >= 900ms);
    auto client = one.connect();
    client.send(get("/v1/submissions/" + id + "?wait=60"));
    client.half_close();
    CHECK(client.receive().status == 200);
    CHECK(clock_type::now() - begin < 20s);
    // A wait with the next request already behind it.
    auto eager = one.connect();
    eager.send(get("/v1/submissions/" + id + "?wait=1") + get("/healthz"));
    CHECK(member(eager.receive().body, "status") == "accepted");
    CHECK(eager.receive().status == 200);
}

TEST_CASE("two thousand clients wait at once") {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    const std::size_t count = files.rlim_cur > 4500 ? 2000 : files.rlim_cur / 3;

    service one({}, 2);
    const auto id = new_submission(one);
    std::vector<client> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(one.connect());
        clients.back().send(get("/v1/submissions/" + id + "?wait=60"));
    }
    CHECK(one.ask(get("/healthz")).status == 200);
    one.score_all();
    std::size_t scored = 0;
    for (auto& waiting : clients) scored += member(waiting.receive().body, "status") == "scored";
    CHECK(scored == count);
}
