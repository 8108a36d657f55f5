#include "readmodel/schema.hpp"

#include "gradesvc/telemetry/log.hpp"
#include "sqlite/file.hpp"

#include <sqlite3.h>

#include <fstream>
#include <string>
#include <system_error>

namespace gradesvc::readmodel {
namespace fs = std::filesystem;
namespace {

constexpr int busy_timeout_ms = 5000;

// Rows are appended: `n` grows in the order of arrival, and what is known of a submission stands under its `n`. Only
// the indexes over id and user are written at random places, so they are kept small: the order of submissions of one
// user at one time comes from sorting the few that there are. `source` says how good the knowledge about a submission
// is: 0 from a dead letter, 1 from a result, 2 from the submission itself. Documents have a table of their own, so that
// lists stay in small tables.
constexpr const char* create_tables = R"(
CREATE TABLE submissions (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    user_id TEXT NOT NULL,
    test_id TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    test_version INTEGER,
    attempt INTEGER,
    source INTEGER NOT NULL
);
CREATE INDEX submissions_by_user ON submissions (user_id, accepted_at);
CREATE INDEX submissions_by_time ON submissions (accepted_at);
CREATE TABLE results (
    n INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL,
    test_version INTEGER,
    scored_at INTEGER NOT NULL
);
CREATE TABLE documents (
    n INTEGER PRIMARY KEY,
    document TEXT NOT NULL
);
CREATE TABLE failures (
    n INTEGER PRIMARY KEY,
    failed_at INTEGER NOT NULL,
    test_version INTEGER,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    attempts INTEGER NOT NULL
);
CREATE TABLE positions (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
)";

fs::path beside(const fs::path& file, const char* suffix) {
    fs::path path = file;
    path += suffix;
    return path;
}

fs::path damage_mark(const fs::path& file) { return beside(file, ".damaged"); }

void pragma(SQLite::Database& db, const std::string& setting) { db.exec("PRAGMA " + setting); }

SQLite::Database connect(const fs::path& file, int flags, int cache_kib) {
    SQLite::Database db(file.string(), flags | SQLite::OPEN_NOMUTEX, busy_timeout_ms);
    pragma(db, "cache_size=-" + std::to_string(cache_kib));
    pragma(db, "temp_store=MEMORY");
    return db;
}

/// Why the file cannot be used, "" when it can; creates the schema in an empty file.
std::string obstacle(SQLite::Database& db) {
    pragma(db, "journal_mode=WAL");
    const int version = sqlite::make_schema(db, schema_version, create_tables);
    if (version == schema_version) return "";
    return "schema version " + std::to_string(version) + " instead of " + std::to_string(schema_version);
}

/// The same for a file that may be no database at all.
std::string obstacle(const fs::path& file) {
    if (fs::exists(damage_mark(file))) return "found damaged before";
    try {
        SQLite::Database db = connect(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0);
        return obstacle(db);
    } catch (const SQLite::Exception& error) {
        if (!sqlite::damaged(error)) throw;
        return error.what();
    }
}

} // namespace

SQLite::Database open_for_writing(const fs::path& file, int cache_kib) {
    if (file.has_parent_path()) fs::create_directories(file.parent_path());
    if (!fs::exists(file)) delete_database(file); // a write-ahead log without its file
    if (const std::string why = obstacle(file); !why.empty()) {
        telemetry::log(telemetry::level::warn, "read model cannot be used and is built anew",
                       {{"path", file.string()}, {"reason", why}});
        delete_database(file);
    }
    SQLite::Database db = connect(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, cache_kib);
    if (const std::string why = obstacle(db); !why.empty()) throw SQLite::Exception(why, SQLITE_ERROR);
    pragma(db, "synchronous=NORMAL"); // a power cut may take the last commits, rows and positions together
    pragma(db, "wal_autocheckpoint=" + std::to_string(checkpoint_pages));
    pragma(db, "journal_size_limit=" + std::to_string(checkpoint_pages * 4096LL));
    return db;
}

SQLite::Database open_for_reading(const fs::path& file, int cache_kib) {
    // Not OPEN_READONLY: a reader may have to build the index of the write-ahead log.
    SQLite::Database db = connect(file, SQLite::OPEN_READWRITE, cache_kib);
    pragma(db, "query_only=1");
    return db;
}

void delete_database(const fs::path& file) {
    // The file first: without it SQLite ignores a write-ahead log, while the file alone may be half of a checkpoint.
    fs::remove(file);
    fs::remove(wal_of(file));
    fs::remove(beside(file, "-shm"));
    fs::remove(damage_mark(file));
}

fs::path wal_of(const fs::path& file) { return beside(file, "-wal"); }

void note_damage(const fs::path& file, const SQLite::Exception& error) noexcept {
    try {
        if (sqlite::damaged(error)) std::ofstream(damage_mark(file)) << error.what() << '\n';
    } catch (const std::exception&) {
        return; // the error itself is on its way to the caller
    }
}

} // namespace gradesvc::readmodel
