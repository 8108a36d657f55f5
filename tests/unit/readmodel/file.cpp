// The file: kept, given up, unusable, and after a process that was killed.
#include "readmodel/schema.hpp"
#include "readmodel/writer.hpp"
#include "rows.hpp"

#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace gradesvc;
using namespace gradesvc::readmodel;
using Catch::Matchers::ContainsSubstring;

namespace {

ports::projection numbered_step(std::uint64_t from, std::uint64_t count) {
    ports::projection p;
    for (std::uint64_t i = from; i < from + count; ++i) {
        p.accepted.push_back(accepted(i, "u" + std::to_string(i % 5), static_cast<std::int64_t>(i)));
        p.scored.push_back(scored(p.accepted.back(), 1, std::string(300, 'd')));
    }
    p.next = {{{"test_submissions", 0}, static_cast<std::int64_t>(from + count)}};
    return p;
}

void fill(const std::filesystem::path& file, std::uint64_t count) { open(file)->apply(numbered_step(0, count)); }

/// Whether `file` opens as an empty read model that works.
void check_built_anew(const std::filesystem::path& file) {
    const auto model = open(file);
    CHECK(model->stored_positions().empty());
    CHECK_FALSE(model->find(id(1)));
    model->apply(numbered_step(0, 3));
    CHECK(model->find(id(1)));
}

void overwrite(const std::filesystem::path& file, std::streamoff from) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(file));
    REQUIRE(size > from);
    stream.seekp(from);
    stream << std::string(static_cast<std::size_t>(size - from), '\xAA');
}

constexpr std::uint64_t step_size = 25;

/// In a process of its own: goes on where the file stands and reports every step by a byte.
[[noreturn]] void apply_forever(const std::filesystem::path& file, int report) {
    const auto model = open(file);
    const auto stored = model->stored_positions();
    std::uint64_t next = stored.empty() ? 0 : static_cast<std::uint64_t>(stored.begin()->second);
    for (;; next += step_size) {
        model->apply(numbered_step(next, step_size));
        if (::write(report, "x", 1) != 1) ::_exit(1);
    }
}

/// Starts such a process and kills it once it has reported `steps`.
void apply_and_kill(const std::filesystem::path& file, int steps) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::alarm(60); // never outlives a failed test
        ::close(ends[0]);
        apply_forever(file, ends[1]);
    }
    ::close(ends[1]);
    char byte = 0;
    int seen = 0;
    while (seen < steps && ::read(ends[0], &byte, 1) == 1) ++seen;
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ::close(ends[0]);
    REQUIRE(seen == steps);
    REQUIRE(WIFSIGNALED(status));
}

} // namespace

TEST_CASE("the folder is made, and a reopened file goes on") {
    const temp_folder folder;
    fill(folder.file(), 10);
    const auto model = open(folder.file());
    CHECK(model->stored_positions() == ports::positions{{{"test_submissions", 0}, 10}});
    REQUIRE(model->find(id(9)));
    CHECK(model->find(id(9))->result.size() == 300);
    CHECK(model->list({"u1"}).size() == 2);
}

TEST_CASE("a file of another schema is built anew") {
    const temp_folder folder;
    fill(folder.file(), 10);
    const int version = GENERATE(0, schema_version + 1);
    SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE)
        .exec("PRAGMA user_version=" + std::to_string(version));
    check_built_anew(folder.file());
}

TEST_CASE("a file that is no database is built anew") {
    const temp_folder folder;
    std::filesystem::create_directories(folder.file().parent_path());
    std::ofstream(folder.file()) << std::string(10'000, 'x');
    check_built_anew(folder.file());
}

TEST_CASE("a write-ahead log without its file is ignored") {
    const temp_folder folder;
    std::filesystem::create_directories(folder.file().parent_path());
    std::ofstream(wal_of(folder.file())) << std::string(10'000, 'x');
    check_built_anew(folder.file());
}

TEST_CASE("a file cut off is built anew") {
    const temp_folder folder;
    fill(folder.file(), 500);
    std::filesystem::resize_file(folder.file(), 3 * 4096);
    check_built_anew(folder.file());
}

TEST_CASE("damage found by a read names the file, and the next start builds it anew") {
    const temp_folder folder;
    fill(folder.file(), 500);
    {
        const auto model = open(folder.file());
        overwrite(folder.file(), 4096); // all but the page that says what this file is
        CHECK_THROWS_WITH(model->find(id(1)), ContainsSubstring(folder.file().string()));
        CHECK_THROWS_AS(model->list({"u1"}), std::runtime_error);
    }
    check_built_anew(folder.file());
    CHECK(open(folder.file())->find(id(1))); // once
}

TEST_CASE("a path that cannot be used throws and names it") {
    const temp_folder folder;
    SECTION("a folder stands there") {
        std::filesystem::create_directories(folder.file());
        CHECK_THROWS_WITH(open(folder.file()), ContainsSubstring(folder.file().string()));
    }
    SECTION("its folder is a file") {
        std::ofstream(folder.file().parent_path()) << "x";
        CHECK_THROWS_WITH(open(folder.file()), ContainsSubstring(folder.file().string()));
    }
}

TEST_CASE("clear forgets everything and goes on") {
    const temp_folder folder;
    const auto model = open(folder.file());
    model->apply(numbered_step(0, 100));
    CHECK(model->find(id(1)));
    model->clear();
    CHECK(model->stored_positions().empty());
    CHECK_FALSE(model->find(id(1)));
    CHECK(model->list({"u1"}).empty());
    model->apply(numbered_step(0, 2));
    CHECK(model->find(id(1)));
}

TEST_CASE("a checkpoint empties the write-ahead log") {
    const temp_folder folder;
    writer w(folder.file(), 1024);
    w.apply(numbered_step(0, 100));
    CHECK(std::filesystem::file_size(wal_of(folder.file())) > 0);
    w.checkpoint();
    CHECK(std::filesystem::file_size(wal_of(folder.file())) == 0);
}

TEST_CASE("after kill -9 rows and positions agree") {
    const temp_folder folder;
    std::int64_t before = 0;
    for (int round = 1; round <= 5; ++round) {
        const int steps = 3 * round + 4;
        apply_and_kill(folder.file(), steps);
        const auto model = open(folder.file());
        const auto stored = model->stored_positions();
        REQUIRE(stored.size() == 1);
        const std::int64_t next = stored.begin()->second;
        CHECK(next % static_cast<std::int64_t>(step_size) == 0);
        CHECK(next >= before + steps * static_cast<std::int64_t>(step_size)); // what was reported is there
        std::int64_t scored_rows = 0;
        for (std::int64_t i = 0; i < next; ++i) {
            const auto view = model->find(id(static_cast<std::uint64_t>(i)));
            scored_rows += view && view->result.size() == 300 ? 1 : 0;
        }
        CHECK(scored_rows == next);
        CHECK_FALSE(model->find(id(static_cast<std::uint64_t>(next))));
        before = next;
    }
}

TEST_CASE("a step that the disk has no room for changes nothing and can be tried again", "[readmodel]") {
    const temp_folder folder;
    const auto model = open(folder.file());
    model->apply(numbered_step(0, 10));
    const auto before = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
    const rlimit none{1, limit.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
    CHECK_THROWS_AS(model->apply(numbered_step(10, 1000)), ports::read_model_unavailable);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    (void)std::signal(SIGXFSZ, before);
    CHECK_FALSE(model->find(id(10)));
    CHECK(model->stored_positions().begin()->second == 10);
    model->apply(numbered_step(10, 1000));
    CHECK(model->find(id(1009)));
}
