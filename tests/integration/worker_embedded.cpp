// The worker on the embedded log: every record once, also while a second worker joins and the first one leaves.
#include "gradesvc/embedded/log.hpp"
#include "gradesvc/worker/worker.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>
#include <unistd.h>

using namespace gradesvc;
using namespace std::chrono_literals;

namespace {

constexpr int total = 20'000;

struct system_time final : ports::clock {
    ports::time_ms now() const override {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
    std::array<std::uint64_t, 2> random() override { return {counter_++, 1}; }

private:
    std::atomic<std::uint64_t> counter_{1};
};

struct folder {
    folder() : path(std::filesystem::temp_directory_path() / ("worker_embedded." + std::to_string(::getpid()))) {
        std::filesystem::remove_all(path);
    }
    ~folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

app::settled settle(const ports::record& r) {
    app::settled s;
    s.output.topic = "results";
    s.output.partition = r.partition;
    if (r.key) s.output.key = std::string(*r.key);
    s.output.value = std::to_string(r.partition) + "/" + std::to_string(r.offset);
    s.scored = true;
    return s;
}

class member {
public:
    member(ports::log& log, const std::string& name)
        : worker_(log.make_consumer({.group = "scorers", .topic = "submissions", .instance = name}),
                  {.make_settle = [] { return settle; },
                   .too_large = [](const ports::record& r, bool) { return settle(r); },
                   .failed = [](const ports::record& r, auto, auto, int) { return settle(r); },
                   .unread = [](const ports::record& r, auto, auto, int) { return settle(r); },
                   .clock = clock_,
                   .metrics = metrics_},
                  {.topic = "submissions", .threads = 2}),
          thread_([this] { worker_.run(stop_.get_token()); }) {}
    ~member() { stop(); }
    void stop() {
        stop_.request_stop();
        if (thread_.joinable()) thread_.join();
    }

private:
    system_time clock_;
    telemetry::metrics metrics_{"test"};
    std::stop_source stop_;
    worker::worker worker_;
    std::thread thread_;
};

} // namespace

TEST_CASE("two workers on the embedded log hand over without loss or double") {
    const folder at;
    const auto log = embedded::make_log({.directory = at.path});
    const ports::topic_spec topics[] = {{.name = "submissions", .partitions = 6}, {.name = "results", .partitions = 6}};
    log->ensure_topics(topics);
    {
        const auto publisher = log->make_publisher();
        for (int i = 0; i < total; ++i)
            publisher->publish(
                {.topic = "submissions", .key = "user-" + std::to_string(i % 500), .value = "x", .headers = {}},
                [](const ports::delivery&) {});
        REQUIRE(publisher->flush(60s));
    }
    const auto reader = log->make_reader({"results"}, {});
    std::multiset<std::string> seen;
    auto read_until = [&](std::size_t count) {
        const auto until = std::chrono::steady_clock::now() + 60s;
        while (seen.size() < count && std::chrono::steady_clock::now() < until)
            for (const auto& r : reader->read(100ms)) seen.emplace(r.value);
        return seen.size() >= count;
    };

    auto first = std::make_unique<member>(*log, "first");
    REQUIRE(read_until(1000));
    member second(*log, "second");
    REQUIRE(read_until(total / 2));
    first.reset();
    REQUIRE(read_until(total));
    second.stop();
    while (true) {
        const auto more = reader->read(100ms);
        if (more.empty()) break;
        for (const auto& r : more) seen.emplace(r.value);
    }
    CHECK(seen.size() == total);
    CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == total);
}
