// The SQLite file of the spool: its schema, connections to it.
#pragma once

#include "sqlite/statement.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace gradesvc::spool {

using sqlite::bind_blob;
using sqlite::blob;
using sqlite::reset_at_end;

/// "spool FILE: what": for log_error.
std::string complaint(const std::filesystem::path& file, std::string_view what);

/// Opens the file for the writing thread; makes it and its schema if missing. Throws ports::log_error.
SQLite::Database open_for_writing(const std::filesystem::path& file);

/// A further connection, for reading. Throws ports::log_error.
SQLite::Database open_for_reading(const std::filesystem::path& file);

} // namespace gradesvc::spool
