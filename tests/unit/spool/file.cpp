// The file: what a crash at any moment leaves, and what cannot be used.
#include "fakes.hpp"
#include "spool/rows.hpp"
#include "spool/store.hpp"
#include "support/catch.hpp"

#include <fstream>
#include <iterator>

using namespace gradesvc;
using namespace gradesvc::spool;
using namespace gradesvc::spool::test;
namespace fs = std::filesystem;

namespace {

entry numbered_entry(std::int64_t n, std::size_t size = 100) {
    auto made = make_entry(record_of("user", std::string(size, 'v'), std::to_string(n)), "ce_subject");
    made.seq = n;
    return made;
}

std::vector<std::int64_t> all_of(const fs::path& file) {
    const store opened(file); // recovers, as a start does
    rows reading(file);
    std::vector<std::int64_t> found;
    for (auto some = reading.after(0); !some.empty(); some = reading.after(some.back().seq))
        for (const auto& row : some) found.push_back(row.seq);
    return found;
}

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

} // namespace

TEST_CASE("what is on the disk at any moment holds all that was committed") {
    const temp_folder folder;
    const auto file = folder.path() / "spool.db";
    store writing(file);
    std::int64_t last = 0;
    for (int round = 0; round < 5; ++round) {
        std::vector<entry> some;
        for (int i = 0; i < 20; ++i) some.push_back(numbered_entry(++last));
        writing.append(some);
        const auto image = folder.path() / ("image-" + std::to_string(round) + ".db");
        fs::copy_file(file, image);
        fs::copy_file(file.string() + "-wal", image.string() + "-wal");
        std::vector<std::int64_t> expected;
        for (std::int64_t n = 1; n <= last; ++n) expected.push_back(n);
        CHECK(all_of(image) == expected);
    }
}

TEST_CASE("a log of changes that is torn anywhere leaves the transactions before the tear") {
    const temp_folder folder;
    const auto file = folder.path() / "spool.db";
    store writing(file);
    for (std::int64_t n = 1; n <= 10; ++n) writing.append(std::vector<entry>{numbered_entry(n, 3000)});
    const auto base = bytes_of(file);
    const auto wal = bytes_of(file.string() + "-wal");
    std::size_t before = 0;
    for (std::size_t size = 0; size < wal.size(); size += 1777) {
        const auto image = folder.path() / "torn.db";
        for (const char* end : {"", "-wal", "-shm"}) fs::remove(image.string() + end);
        write_bytes(image, base);
        write_bytes(image.string() + "-wal", wal.substr(0, size));
        const auto found = all_of(image);
        for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == static_cast<std::int64_t>(i + 1));
        CHECK(found.size() >= before);
        before = found.size();
    }
    CHECK(before >= 9);
}

TEST_CASE("a file that is no spool, is damaged or of another version is refused and left as it is") {
    const temp_folder folder;
    const auto file = folder.path() / "spool.db";
    std::string bytes;
    SECTION("no database") { bytes = std::string(5000, 'x'); }
    SECTION("damaged") {
        {
            store writing(file);
            std::vector<entry> some;
            for (std::int64_t n = 1; n <= 200; ++n) some.push_back(numbered_entry(n, 1000));
            writing.append(some);
        }
        bytes = bytes_of(file);
        for (std::size_t at = 4096; at < bytes.size(); at += 4096) bytes.replace(at, 16, 16, '\xee');
    }
    SECTION("another version") {
        { const store made(file); }
        SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
        bytes = bytes_of(file);
    }
    write_bytes(file, bytes);
    CHECK_THROWS_WITH(store(file), Catch::Matchers::ContainsSubstring(file.string()));
    CHECK(bytes_of(file) == bytes);
}

TEST_CASE("deleted rows give their bytes back, rows set aside stay") {
    const temp_folder folder;
    const auto file = folder.path() / "spool.db";
    {
        store writing(file);
        const std::vector<entry> some{numbered_entry(1), numbered_entry(2), numbered_entry(3)};
        writing.append(some);
        const auto gone = writing.remove(std::vector<std::int64_t>{2, 7}); // 7: there is none
        CHECK(gone.records == 1);
        CHECK(gone.bytes == some[1].size());
        CHECK(writing.set_aside(3).bytes == some[2].size());
        CHECK(writing.set_aside(3).records == 0);
        CHECK(writing.remove(std::vector<std::int64_t>{2}).records == 0);
    }
    const store again(file);
    CHECK(again.found().records == 1);
    CHECK(again.found().bytes == numbered_entry(1).size());
    CHECK(again.found().refused == 1);
    CHECK(again.found().last_seq == 1);
}
