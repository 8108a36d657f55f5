#include "embedded/database.hpp"

#include "gradesvc/ports/log_errc.hpp"
#include "sqlite/file.hpp"

namespace gradesvc::embedded {
namespace {

constexpr int format = 1;
constexpr int busy_timeout_ms = 10'000;

// A slot numbers a partition of a topic over all topics; row ids of records begin with it. `first` is the offset of the
// earliest record still kept; where the partition ends follows from its last row, or from `first` if it has none.
constexpr const char* schema = R"(
    CREATE TABLE topics (
        id         INTEGER PRIMARY KEY,
        name       TEXT NOT NULL UNIQUE,
        retention  INTEGER
    );
    CREATE TABLE partitions (
        slot       INTEGER PRIMARY KEY,
        topic      INTEGER NOT NULL REFERENCES topics (id),
        partition  INTEGER NOT NULL,
        first      INTEGER NOT NULL DEFAULT 0,
        UNIQUE (topic, partition)
    );
    CREATE TABLE records (
        id         INTEGER PRIMARY KEY,
        time       INTEGER NOT NULL,
        key        BLOB,
        headers    BLOB NOT NULL,
        value      BLOB NOT NULL
    );
    CREATE TABLE positions (
        consumers  TEXT NOT NULL,
        slot       INTEGER NOT NULL REFERENCES partitions (slot),
        position   INTEGER NOT NULL,
        note       BLOB NOT NULL,
        PRIMARY KEY (consumers, slot)
    ) WITHOUT ROWID;
)";

ports::log_error other_version(const std::filesystem::path& file, int version) {
    return ports::log_error(
        complaint(file, "written by another version of gradesvc (format " + std::to_string(version) + ")"));
}

SQLite::Database connect(const std::filesystem::path& file, int flags) {
    SQLite::Database db(file.string(), flags | SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, busy_timeout_ms);
    db.exec("PRAGMA foreign_keys = ON");
    return db;
}

[[noreturn]] void give_up(const std::filesystem::path& file, const SQLite::Exception& error) {
    const auto why = complaint(file, error.what());
    if (sqlite::passing(error)) throw ports::log_unavailable(why);
    throw ports::log_error(why);
}

} // namespace

std::string complaint(const std::filesystem::path& file, std::string_view what) {
    return "embedded log " + file.string() + ": " + std::string(what);
}

SQLite::Database open_for_writing(const std::filesystem::path& file) try {
    SQLite::Database db = connect(file, SQLite::OPEN_CREATE);
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL"); // an acknowledged record survives a power cut
    db.exec("PRAGMA wal_autocheckpoint = 4000");
    db.exec("PRAGMA journal_size_limit = 67108864");
    if (const int found = sqlite::make_schema(db, format, schema); found != format) throw other_version(file, found);
    return db;
} catch (const SQLite::Exception& error) {
    give_up(file, error);
}

void check_file(const std::filesystem::path& file) try {
    if (!std::filesystem::exists(file)) throw ports::log_error(complaint(file, "there is none"));
    SQLite::Database db = connect(file, 0);
    const int version = db.execAndGet("PRAGMA user_version").getInt();
    if (version != format) throw other_version(file, version);
} catch (const SQLite::Exception& error) {
    give_up(file, error);
}

SQLite::Database open_connection(const std::filesystem::path& file) try {
    return connect(file, 0);
} catch (const SQLite::Exception& error) {
    give_up(file, error);
}

} // namespace gradesvc::embedded
