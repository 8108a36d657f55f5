// What those who own a SQLite file share: its schema, and what an error says about it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace gradesvc::sqlite {

/// Creates the tables in an empty file, under the number of their format (`PRAGMA user_version`), in one transaction.
/// Returns the format that the file has now: another one when it was written by another version, 0 when it holds tables
/// of somebody else.
int make_schema(SQLite::Database& db, int format, const char* tables);

/// The file is damaged or no database.
bool damaged(const SQLite::Exception& error);

/// A disk that is full or does not work at the moment may do so again later; anything else wants a person.
bool passing(const SQLite::Exception& error);

} // namespace gradesvc::sqlite
