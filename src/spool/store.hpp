// The writing connection with its prepared statements: the transactions of the writer. Confined to the writing thread.
// Throws SQLite::Exception, with nothing of the transaction done.
#pragma once

#include "spool/database.hpp"
#include "spool/entry.hpp"

#include <span>

namespace gradesvc::spool {

/// What the file holds.
struct contents {
    std::int64_t records = 0, bytes = 0, last_seq = 0, refused = 0;
};

/// Rows that were there, and their bytes as limits count them.
struct removed {
    std::int64_t records = 0, bytes = 0;
};

class store {
public:
    /// Throws ports::log_error.
    explicit store(const std::filesystem::path& file);

    const contents& found() const { return found_; } ///< when it was opened

    void append(std::span<const entry> entries);

    removed remove(std::span<const std::int64_t> seqs);

    /// Moves a row to where it stays.
    removed set_aside(std::int64_t seq);

    /// A transaction that writes and changes nothing: whether writing works again.
    void try_writing();

    /// Gives the disk back what an empty file need not take, if nobody reads.
    void shrink() noexcept;

private:
    template <class Work>
    void transact(Work work);
    void remove_one(std::int64_t seq, removed& sums);

    SQLite::Database db_;
    contents found_;
    SQLite::Statement append_, size_, delete_, set_aside_;
};

} // namespace gradesvc::spool
