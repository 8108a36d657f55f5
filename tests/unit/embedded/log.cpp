// What is special to the embedded log; what it shares with Kafka is tested in tests/contract.
#include "gradesvc/embedded/log.hpp"

#include "gradesvc/faults/fault.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <atomic>
#include <csignal>
#include <fstream>
#include <future>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace gradesvc;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::vector<std::string> topic_t{"t"};

std::unique_ptr<ports::log> open(const test::temp_folder& folder, embedded::config config = {}) {
    config.directory = folder.path();
    return embedded::make_log(config);
}

void ensure(ports::log& log, ports::topic_spec spec) { log.ensure_topics(std::span(&spec, 1)); }

ports::outgoing record(std::string key, std::string value = "v", std::string topic = "t") {
    return {.topic = std::move(topic), .key = std::move(key), .value = std::move(value), .headers = {}};
}

ports::delivery publish(ports::publisher& publisher, const ports::outgoing& record) {
    std::promise<ports::delivery> done;
    publisher.publish(record, [&done](const ports::delivery& d) { done.set_value(d); });
    return done.get_future().get();
}

template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = 20s) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

/// No file of this process can grow beyond `bytes`: as a full disk does, but for this process alone.
class small_disk {
public:
    explicit small_disk(rlim_t bytes) {
        ::signal(SIGXFSZ, SIG_IGN); // write() then fails with EFBIG
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit small = before_;
        small.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~small_disk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

private:
    rlimit before_{};
};

} // namespace

TEST_CASE("existing topics keep their number of partitions") {
    const test::temp_folder folder;
    {
        auto log = open(folder);
        const ports::topic_spec specs[] = {{.name = "t", .partitions = 3}, {.name = "u", .partitions = 2}};
        CHECK(log->ensure_topics(specs) == std::vector{3, 2});
    }
    auto log = open(folder);
    const ports::topic_spec specs[] = {{.name = "u", .partitions = 9}, {.name = "t", .partitions = 1}};
    CHECK(log->ensure_topics(specs) == std::vector{2, 3});
}

TEST_CASE("unknown topics and partitions are an error that names them") {
    const test::temp_folder folder;
    auto log = open(folder);
    ensure(*log, {.name = "t"});
    auto publisher = log->make_publisher();
    CHECK_THROWS_WITH(publisher->publish(record("k", "v", "nowhere"), [](auto&) {}), ContainsSubstring("nowhere"));
    auto elsewhere = record("k");
    elsewhere.partition = 1;
    CHECK_THROWS_WITH(publisher->publish(elsewhere, [](auto&) {}), ContainsSubstring("no partition 1"));
    CHECK_THROWS_AS(log->make_consumer({.group = "g", .topic = "nowhere", .instance = "a"}), ports::log_error);
    CHECK_THROWS_AS(log->make_reader({"nowhere"}, {}), ports::log_error);
}

TEST_CASE("a data folder belongs to one log at a time, and the second touches nothing") {
    const test::temp_folder folder;
    auto log = open(folder);
    ensure(*log, {.name = "t"});
    CHECK_THROWS_WITH(open(folder), ContainsSubstring("in use by another gradesvc process"));
    auto publisher = log->make_publisher();
    CHECK_FALSE(publish(*publisher, record("k")).error);
}

TEST_CASE("a file that is not a log is an error that names it and leaves it alone") {
    const test::temp_folder folder;
    const std::string garbage(8192, 'x');
    std::ofstream(folder.path() / "log.db") << garbage;
    CHECK_THROWS_WITH(open(folder), ContainsSubstring((folder.path() / "log.db").string()));
    std::ifstream in(folder.path() / "log.db");
    CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == garbage);
}

TEST_CASE("a file damaged in the middle is an error to those who read it") {
    const test::temp_folder folder;
    {
        auto log = open(folder);
        ensure(*log, {.name = "t"});
        auto publisher = log->make_publisher();
        for (int i = 0; i < 2000; ++i) publisher->publish(record("k", std::string(500, 'v')), [](auto&) {});
    }
    {
        std::fstream file(folder.path() / "log.db", std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(10 * 4096);
        file << std::string(200 * 4096, '\xee');
    }
    const auto use = [&] {
        auto log = open(folder);
        auto reader = log->make_reader(topic_t, {});
        while (!ports::reached(reader->next(), log->end(topic_t, 1s))) reader->read(1s);
    };
    CHECK_THROWS_WITH(use(), ContainsSubstring((folder.path() / "log.db").string()));
}

TEST_CASE("records older than the topic's retention go, and begin moves") {
    const test::temp_folder folder;
    auto log = open(folder, {.retention_interval = 5ms});
    ensure(*log, {.name = "t", .retention = 50ms});
    ensure(*log, {.name = "kept"});
    auto publisher = log->make_publisher();
    for (int i = 0; i < 5000; ++i) // more than one step of deletion
        publisher->publish(record("k"), [](auto&) {});
    CHECK_FALSE(publish(*publisher, record("k", "v", "kept")).error);
    const auto end = log->end(topic_t, 1s);
    CHECK(end.at({"t", 0}) == 5000);
    CHECK(eventually([&] { return log->begin(topic_t, 1s) == end; }));
    CHECK(log->begin(std::vector<std::string>{"kept"}, 1s).at({"kept", 0}) == 0);

    auto reader = log->make_reader(topic_t, {{{"t", 0}, 17}});
    CHECK(reader->next().at({"t", 0}) == 5000);
    CHECK(publish(*publisher, record("k")).offset == 5000);
}

TEST_CASE("offsets go on after a restart even when everything has expired, which also happens at the start") {
    const test::temp_folder folder;
    {
        auto log = open(folder, {.retention_interval = 1h});
        ensure(*log, {.name = "t", .retention = 1ms});
        auto publisher = log->make_publisher();
        for (int i = 0; i < 10; ++i) CHECK_FALSE(publish(*publisher, record("k")).error);
    }
    {
        auto log = open(folder, {.retention_interval = 1h});
        CHECK(eventually([&] { return log->begin(topic_t, 1s).at({"t", 0}) == 10; }));
    }
    auto log = open(folder);
    CHECK(log->end(topic_t, 1s).at({"t", 0}) == 10);
    auto publisher = log->make_publisher();
    CHECK(publish(*publisher, record("k")).offset == 10);
}

TEST_CASE("a position beyond the end is of another log: reading starts at the earliest record") {
    const test::temp_folder folder;
    auto log = open(folder);
    ensure(*log, {.name = "t"});
    auto publisher = log->make_publisher();
    CHECK_FALSE(publish(*publisher, record("k", "first")).error);
    auto reader = log->make_reader(topic_t, {{{"t", 0}, 1000}});
    const auto records = reader->read(1s);
    REQUIRE(records.size() == 1);
    CHECK(records[0].value == "first");
    CHECK(log->make_reader(topic_t, {{{"t", 0}, 1}})->next().at({"t", 0}) == 1); // exactly the end is no such thing
}

TEST_CASE("a full disk refuses, loses nothing and is over when there is space again") {
    const test::temp_folder folder;
    auto log = open(folder);
    ensure(*log, {.name = "t"});
    auto publisher = log->make_publisher();
    auto consumer = log->make_consumer({.group = "g", .topic = "t", .instance = "a"});
    std::int64_t kept = 0;
    for (; kept < 100; ++kept) REQUIRE_FALSE(publish(*publisher, record("k", std::string(1000, 'v'))).error);
    REQUIRE(consumer->poll(10s).gained.size() == 1);
    {
        const small_disk full(600'000);
        boost::system::error_code error;
        while (!(error = publish(*publisher, record("k", std::string(50'000, 'v'))).error)) ++kept;
        CHECK(error == ports::log_errc::unavailable);
        CHECK_FALSE(publisher->available());
        const std::vector outputs{record("k", std::string(50'000, 'o'))};
        const std::vector<ports::checkpoint> checkpoints{{.partition = 0, .position = 7, .note = "n"}};
        CHECK(consumer->commit(outputs, checkpoints).error == ports::log_errc::unavailable);
        CHECK(log->end(topic_t, 1s).at({"t", 0}) == kept);
    }
    CHECK(eventually([&] { return publisher->available(); })); // notices by itself
    CHECK(publish(*publisher, record("k")).offset == kept);
    const std::vector<ports::checkpoint> checkpoints{{.partition = 0, .position = 8, .note = "n"}};
    CHECK_FALSE(consumer->commit({}, checkpoints).error);
    consumer.reset();
    publisher.reset();
    log.reset();

    log = open(folder);
    CHECK(log->end(topic_t, 1s).at({"t", 0}) == kept + 1);
}

namespace {

std::string the_point; // where the process ends
std::atomic<bool> armed = false;

} // namespace

namespace gradesvc::faults { // instead of those that do nothing

void point(std::string_view name) noexcept {
    if (armed && name == the_point) ::raise(SIGKILL);
}

void scoring(std::string_view /*submission*/) {}

} // namespace gradesvc::faults

TEST_CASE("a process that is killed at any step of a commit leaves all of it or nothing") {
    const std::string point = GENERATE("begun", "appended", "stored", "committed", "visible", "told");
    CAPTURE(point);
    const test::temp_folder folder;
    {
        auto log = open(folder);
        ensure(*log, {.name = "t", .partitions = 2});
        auto publisher = log->make_publisher();
        CHECK_FALSE(publish(*publisher, record("a")).error);
    }
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        the_point = "embedded." + point;
        auto log = open(folder);
        auto consumer = log->make_consumer({.group = "g", .topic = "t", .instance = "a"});
        while (consumer->poll(10s).gained.empty()) {}
        armed = true;
        const std::vector outputs{record("a", "1"), record("b", "2"), record("c", "3")};
        const std::vector<ports::checkpoint> checkpoints{{0, 0, "left"}, {1, 1, "right"}};
        consumer->commit(outputs, checkpoints);
        ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));

    const bool written = point == "committed" || point == "visible" || point == "told";
    auto log = open(folder);
    std::int64_t records = 0;
    for (const auto& [where, end] : log->end(topic_t, 1s)) records += end;
    CHECK(records == (written ? 4 : 1));
    auto consumer = log->make_consumer({.group = "g", .topic = "t", .instance = "a"});
    const auto gained = consumer->poll(10s).gained;
    REQUIRE(gained.size() == 2);
    for (const auto& g : gained) {
        CHECK(g.committed == written);
        CHECK(g.note == (!written ? "" : g.partition == 0 ? "left" : "right"));
    }
}

TEST_CASE("no callback comes after a publisher is destroyed") {
    const test::temp_folder folder;
    auto log = open(folder);
    ensure(*log, {.name = "t", .partitions = 4});
    std::atomic<int> told = 0;
    {
        auto publisher = log->make_publisher();
        for (int i = 0; i < 1000; ++i) publisher->publish(record(std::to_string(i)), [&told](auto&) { ++told; });
    }
    CHECK(told == 1000);
}
