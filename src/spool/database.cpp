#include "spool/database.hpp"

#include "gradesvc/ports/log_errc.hpp"
#include "sqlite/file.hpp"

namespace gradesvc::spool {
namespace {

constexpr int format = 1;
constexpr int busy_timeout_ms = 10'000;

// `seq` is the order of acceptance. `refused` holds what the log will never take.
constexpr const char* schema = R"(
    CREATE TABLE records (
        seq        INTEGER PRIMARY KEY,
        time       INTEGER NOT NULL,
        size       INTEGER NOT NULL,
        topic      TEXT NOT NULL,
        key        BLOB,
        id         BLOB,
        headers    BLOB NOT NULL,
        value      BLOB NOT NULL
    );
    CREATE INDEX records_by_id ON records (id);
    CREATE INDEX records_by_key ON records (key);
    CREATE TABLE refused AS SELECT * FROM records;
    CREATE INDEX refused_by_id ON refused (id);
    CREATE INDEX refused_by_key ON refused (key);
)";

[[noreturn]] void give_up(const std::filesystem::path& file, const SQLite::Exception& error) {
    const auto why = complaint(file, error.what());
    if (sqlite::passing(error)) throw ports::log_unavailable(why);
    throw ports::log_error(why);
}

} // namespace

std::string complaint(const std::filesystem::path& file, std::string_view what) {
    return "spool " + file.string() + ": " + std::string(what) +
           "; it may hold submissions that were accepted: mend it, or move it away to start without them";
}

SQLite::Database open_for_writing(const std::filesystem::path& file) try {
    SQLite::Database db(file.string(), SQLite::OPEN_CREATE | SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX,
                        busy_timeout_ms);
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL"); // an accepted submission survives a power cut
    db.exec("PRAGMA wal_autocheckpoint = 4000");
    db.exec("PRAGMA journal_size_limit = 67108864");
    if (const int found = sqlite::make_schema(db, format, schema); found != format)
        throw ports::log_error(
            complaint(file, "written by another version of gradesvc (format " + std::to_string(found) + ")"));
    return db;
} catch (const SQLite::Exception& error) {
    give_up(file, error);
}

SQLite::Database open_for_reading(const std::filesystem::path& file) try {
    return {file.string(), SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX, busy_timeout_ms};
} catch (const SQLite::Exception& error) {
    give_up(file, error);
}

} // namespace gradesvc::spool
