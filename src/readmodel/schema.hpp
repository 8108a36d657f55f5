// The file: its schema, how connections to it are opened, and when it is given up. Throws SQLite::Exception.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

namespace gradesvc::readmodel {

/// Of the tables in schema.cpp. Raise it with every change to them: files of another version are rebuilt from the log.
inline constexpr int schema_version = 1;

/// Size at which the writer moves the write-ahead log into the file.
inline constexpr int checkpoint_pages = 8192;

/// The writing connection to a file that has the schema. Creates the file, or creates it anew where it cannot be used.
SQLite::Database open_for_writing(const std::filesystem::path& file, int cache_kib);

/// A reading connection to a file that open_for_writing() has opened.
SQLite::Database open_for_reading(const std::filesystem::path& file, int cache_kib);

/// Deletes the file and what SQLite keeps beside it. No connection may be open.
void delete_database(const std::filesystem::path& file);

std::filesystem::path wal_of(const std::filesystem::path& file);

/// Leaves a mark beside the file that makes the next open_for_writing() create it anew, for damage that only a later
/// read or write finds. Does nothing for other errors.
void note_damage(const std::filesystem::path& file, const SQLite::Exception& error) noexcept;

} // namespace gradesvc::readmodel
