// The SQLite file of the log: its schema, connections to it, and where a record stands in it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::embedded {

/// Records are stored in the order of this number: all of a partition side by side, by offset.
constexpr int offset_bits = 40;
constexpr std::int64_t row_id(std::int32_t slot, std::int64_t offset) {
    return (static_cast<std::int64_t>(slot) << offset_bits) | offset;
}
constexpr std::int64_t offset_of(std::int64_t row) { return row & ((std::int64_t{1} << offset_bits) - 1); }

/// "embedded log FILE: what": for log_error.
std::string complaint(const std::filesystem::path& file, std::string_view what);

/// Whether the file is damaged, rather than out of reach for now.
bool damaged(const SQLite::Exception& error);

/// Opens the file for the writing thread; makes it and its schema if missing. Throws ports::log_error.
SQLite::Database open_for_writing(const std::filesystem::path& file);

/// Throws ports::log_error when the file is not there or not one of this version; makes nothing.
void check_file(const std::filesystem::path& file);

/// A further connection: one per thread. Throws ports::log_error.
SQLite::Database open_connection(const std::filesystem::path& file);

/// Resets a statement that is kept for reuse, so that it holds no lock and no pointer to what was bound.
class reset_at_end {
public:
    explicit reset_at_end(SQLite::Statement& statement) : statement_(statement) {}
    ~reset_at_end() { statement_.tryReset(); }
    reset_at_end(const reset_at_end&) = delete;
    reset_at_end& operator=(const reset_at_end&) = delete;

private:
    SQLite::Statement& statement_;
};

inline void bind_blob(SQLite::Statement& statement, int at, std::string_view bytes) {
    statement.bindNoCopy(at, bytes.data(), static_cast<int>(bytes.size()));
}

inline std::string_view blob(const SQLite::Column& column) {
    const void* const bytes = column.getBlob();
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(column.getBytes())};
}

} // namespace gradesvc::embedded
