// The writing side of the read model: one connection with its statements. Confined to one thread at a time. Throws
// SQLite::Exception; what was begun is then rolled back.
#pragma once

#include "gradesvc/ports/read_model.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

namespace gradesvc::readmodel {

class writer {
public:
    writer(const std::filesystem::path& file, int cache_kib);

    ports::positions stored_positions();
    void apply(const ports::projection& step);

    /// Deletes up to `limit` submissions accepted before `time`, oldest first, with all that belongs to them; returns
    /// how many.
    int expire(ports::time_ms time, int limit);

    /// Moves the whole write-ahead log into the file and empties it. Waits for readers.
    void checkpoint();

private:
    enum class source : std::int64_t { dead_letter, result, submission };

    void keep(const ports::accepted_row& row, source from);
    std::int64_t number_of(const ports::accepted_row& row, source from);
    void keep(const ports::scored_row& row);
    void keep(const ports::failed_row& row);

    SQLite::Database db_;
    SQLite::Statement find_, keep_submission_, keep_result_, keep_document_, keep_failure_, keep_position_;
    SQLite::Statement expire_results_, expire_documents_, expire_failures_, expire_submissions_;
};

} // namespace gradesvc::readmodel
