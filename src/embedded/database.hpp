// The SQLite file of the log: its schema, connections to it, and where a record stands in it.
#pragma once

#include "sqlite/statement.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::embedded {

using sqlite::bind_blob;
using sqlite::blob;
using sqlite::reset_at_end;

/// Records are stored in the order of this number: all of a partition side by side, by offset.
constexpr int offset_bits = 40;
constexpr std::int64_t row_id(std::int32_t slot, std::int64_t offset) {
    return (static_cast<std::int64_t>(slot) << offset_bits) | offset;
}
constexpr std::int64_t offset_of(std::int64_t row) { return row & ((std::int64_t{1} << offset_bits) - 1); }

/// "embedded log FILE: what": for log_error.
std::string complaint(const std::filesystem::path& file, std::string_view what);

/// Opens the file for the writing thread; makes it and its schema if missing. Throws ports::log_error.
SQLite::Database open_for_writing(const std::filesystem::path& file);

/// Throws ports::log_error when the file is not there or not one of this version; makes nothing.
void check_file(const std::filesystem::path& file);

/// A further connection: one per thread. Throws ports::log_error.
SQLite::Database open_connection(const std::filesystem::path& file);

} // namespace gradesvc::embedded
