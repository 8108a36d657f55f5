// The copy of the published tests: kept, replaced, cut, given up.
#include "gradesvc/readmodel/tests_copy.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <fstream>

using namespace gradesvc;
using readmodel::tests_copy;
using test::temp_folder;

namespace {

ports::record record_of(std::int64_t offset, std::string_view value, std::int64_t time = 1) {
    ports::record record;
    record.offset = offset;
    record.time = ports::time_ms(std::chrono::milliseconds(time));
    record.value = value;
    return record;
}

ports::positions ends(std::int64_t next) { return {{{"tests", 0}, next}}; }

void keep(tests_copy& copy, std::int64_t from, const std::vector<std::string_view>& values, bool current) {
    std::vector<ports::record> records;
    for (const auto value : values) records.push_back(record_of(from++, value));
    copy.keep(records, ends(from), current);
}

/// By a process of its own time.
void keep_in(const std::filesystem::path& file, const std::vector<std::string_view>& values, bool current) {
    tests_copy copy(file);
    keep(copy, 0, values, current);
}

std::vector<std::string> values_of(const std::filesystem::path& file) {
    std::vector<std::string> values;
    tests_copy copy(file);
    const auto count = copy.read([&](const ports::record& record) { values.emplace_back(record.value); });
    CHECK(count == values.size());
    return values;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("kept tests are read again in the order of the log, with their time") {
    const temp_folder folder;
    const auto file = folder.path() / "tests.db";
    {
        tests_copy copy(file);
        keep(copy, 0, {"a", "b"}, false);
        copy.keep(std::vector<ports::record>{}, ends(2), true);
        const auto last = record_of(2, std::string_view("c\0\xff", 3), 77);
        copy.keep({&last, 1}, ends(3), true);
    }
    std::vector<std::int64_t> offsets;
    ports::time_ms last{};
    tests_copy copy(file);
    copy.read([&](const ports::record& record) {
        offsets.push_back(record.offset);
        last = record.time;
    });
    CHECK(offsets == std::vector<std::int64_t>{0, 1, 2});
    CHECK(last.time_since_epoch().count() == 77);
    CHECK(values_of(file) == texts{"a", "b", std::string("c\0\xff", 3)});
}

TEST_CASE("nothing is made before there is something to keep") {
    const temp_folder folder;
    CHECK(values_of(folder.path() / "tests.db").empty());
    CHECK_FALSE(std::filesystem::exists(folder.path() / "tests.db"));
}

TEST_CASE("a replay that is cut short leaves what was kept behind it") {
    const temp_folder folder;
    const auto file = folder.path() / "tests.db";
    keep_in(file, {"a", "b", "c"}, true);
    keep_in(file, {"a"}, false);
    CHECK(values_of(file) == texts{"a", "b", "c"});
}

TEST_CASE("what another log holds takes the place of what was kept") {
    const temp_folder folder;
    const auto file = folder.path() / "tests.db";
    keep_in(file, {"a", "b", "c"}, true);
    {
        tests_copy copy(file);
        keep(copy, 0, {"x", "b"}, false);
        copy.keep(std::vector<ports::record>{}, ends(2), true);
    }
    CHECK(values_of(file) == texts{"x", "b"});
}

TEST_CASE("a file that cannot be used is begun anew") {
    const temp_folder folder;
    const auto file = folder.path() / "tests.db";
    std::ofstream(file) << std::string(9000, 'x');
    CHECK(values_of(file).empty());
    keep_in(file, {"a"}, true);
    CHECK(values_of(file) == texts{"a"});
}

TEST_CASE("a copy that cannot be written does not get in the way") {
    const temp_folder folder;
    tests_copy copy(folder.path() / "none" / "tests.db");
    keep(copy, 0, {"a"}, false);
    keep(copy, 1, {"b"}, true);
    CHECK(copy.read([](const ports::record&) {}) == 0);
}
