// A log that is opened for reading alone, beside the process that owns it.
#include "gradesvc/embedded/log.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <fstream>
#include <future>

using namespace gradesvc;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::vector<std::string> topic_t{"t"};

void ensure(ports::log& log) {
    const ports::topic_spec spec{"t", 2, std::nullopt};
    log.ensure_topics(std::span(&spec, 1));
}

void publish(ports::log& log, const std::string& value) {
    std::promise<ports::delivery> done;
    const auto publisher = log.make_publisher();
    publisher->publish({.topic = "t", .partition = 1, .key = "k", .value = value, .headers = {}},
                       [&done](const ports::delivery& d) { done.set_value(d); });
    REQUIRE_FALSE(done.get_future().get().error);
}

std::vector<std::string> files_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
    return names;
}

} // namespace

TEST_CASE("a reader beside the owner sees what is there and what comes") {
    const test::temp_folder folder;
    const auto owner = embedded::make_log({.directory = folder.path()});
    ensure(*owner);
    publish(*owner, "first");

    const auto log = embedded::open_log_for_reading(folder.path());
    const auto reader = log->make_reader(topic_t, {});
    auto records = reader->read(0ms);
    REQUIRE(records.size() == 1);
    CHECK(records[0].value == "first");
    CHECK(reader->read(0ms).empty());

    publish(*owner, "second");
    CHECK(log->end(topic_t, 0ms) == ports::positions{{{"t", 0}, 0}, {{"t", 1}, 2}});
    records = reader->read(0ms);
    REQUIRE(records.size() == 1);
    CHECK(records[0].value == "second");
    CHECK(reader->next() == log->end(topic_t, 0ms));
}

TEST_CASE("a log that is opened for reading alone writes nothing") {
    const test::temp_folder folder;
    ensure(*embedded::make_log({.directory = folder.path()}));
    const auto log = embedded::open_log_for_reading(folder.path());
    const ports::topic_spec spec{"u", 1, std::nullopt};
    CHECK_THROWS_AS(log->ensure_topics(std::span(&spec, 1)), ports::log_error);
    CHECK_THROWS_AS(log->make_publisher(), ports::log_error);
    CHECK_THROWS_AS(log->make_consumer({.group = "g", .topic = "t", .instance = "i"}), ports::log_error);
    CHECK_NOTHROW(embedded::make_log({.directory = folder.path()})); // nor does it hold the folder
}

TEST_CASE("where there is no log, none is made") {
    const test::temp_folder folder;
    CHECK_THROWS_WITH(embedded::open_log_for_reading(folder.path()),
                      ContainsSubstring((folder.path() / "log.db").string()));
    CHECK_THROWS_AS(embedded::open_log_for_reading(folder.path() / "no" / "folder"), ports::log_error);
    CHECK(files_in(folder.path()).empty());
    std::ofstream(folder.path() / "log.db")
        << "something else entirely, long enough to be read as a header of SQLite..";
    CHECK_THROWS_AS(embedded::open_log_for_reading(folder.path()), ports::log_error);
}
