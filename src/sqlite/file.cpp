#include "sqlite/file.hpp"

#include <sqlite3.h>

#include <string>

namespace gradesvc::sqlite {

namespace {

int kind_of(const SQLite::Exception& error) {
    return error.getErrorCode() & 0xff;
} // without an extended code's details

int format_of(SQLite::Database& db) { return db.execAndGet("PRAGMA user_version").getInt(); }

} // namespace

int make_schema(SQLite::Database& db, int format, const char* tables) {
    if (const int found = format_of(db); found != 0) return found;
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    if (const int found = format_of(db); found != 0) return found; // another process was first
    if (db.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() != 0) return 0;
    db.exec(tables);
    db.exec("PRAGMA user_version = " + std::to_string(format));
    transaction.commit();
    return format;
}

bool damaged(const SQLite::Exception& error) {
    return kind_of(error) == SQLITE_CORRUPT || kind_of(error) == SQLITE_NOTADB;
}

bool passing(const SQLite::Exception& error) { return kind_of(error) == SQLITE_FULL || kind_of(error) == SQLITE_IOERR; }

} // namespace gradesvc::sqlite
