// The writing connection with its prepared statements: the steps a transaction of the writer is made of. Confined to
// the writing thread. Throws SQLite::Exception; what was begun must then be rolled back.
#pragma once

#include "embedded/batch.hpp"
#include "embedded/database.hpp"
#include "gradesvc/ports/record.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace gradesvc::embedded {

class store {
public:
    explicit store(const std::filesystem::path& file);

    void begin();
    /// Gives each record the next offset of its slot (in `next`, by slot) and inserts it.
    void append(batch& records, std::vector<std::int64_t>& next);
    void put_position(const std::string& group, std::int32_t slot, std::int64_t position, std::string_view note);
    void commit();
    void rollback() noexcept;

    /// Deletes, in a transaction of its own, at most some thousand of the oldest records of a slot that are from before
    /// `limit`. Returns the offset of the earliest record left.
    std::int64_t expire(std::int32_t slot, std::int64_t first, std::int64_t end, ports::time_ms limit);

    /// A transaction that writes and changes nothing: whether writing works again.
    void try_writing();

private:
    SQLite::Database db_;
    SQLite::Statement begin_;
    SQLite::Statement commit_;
    SQLite::Statement append_;
    SQLite::Statement position_;
    SQLite::Statement oldest_;
    SQLite::Statement delete_;
    SQLite::Statement first_;
};

} // namespace gradesvc::embedded
