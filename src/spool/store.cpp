#include "spool/store.hpp"

#include "gradesvc/faults/fault.hpp"
#include "gradesvc/ports/log_errc.hpp"

namespace gradesvc::spool {
namespace {

contents contents_of(SQLite::Database& db, const std::filesystem::path& file) try {
    contents found;
    SQLite::Statement sums(db, "SELECT count(*), coalesce(sum(size), 0), coalesce(max(seq), 0) FROM records");
    sums.executeStep();
    found.records = sums.getColumn(0).getInt64();
    found.bytes = sums.getColumn(1).getInt64();
    found.last_seq = sums.getColumn(2).getInt64();
    found.refused = db.execAndGet("SELECT count(*) FROM refused").getInt64();
    return found;
} catch (const SQLite::Exception& error) {
    throw ports::log_error(complaint(file, error.what()));
}

} // namespace

store::store(const std::filesystem::path& file)
    : db_(open_for_writing(file)),
      found_(contents_of(db_, file)),
      append_(db_,
              "INSERT INTO records (seq, time, size, topic, key, id, headers, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      size_(db_, "SELECT size FROM records WHERE seq = ?"),
      delete_(db_, "DELETE FROM records WHERE seq = ?"),
      set_aside_(db_, "INSERT INTO refused SELECT * FROM records WHERE seq = ?") {}

template <class Work>
void store::transact(Work work) {
    db_.exec("BEGIN IMMEDIATE");
    try {
        work();
        db_.exec("COMMIT");
    } catch (const SQLite::Exception&) {
        try {
            db_.exec("ROLLBACK");
        } catch (const SQLite::Exception&) {
            // SQLite has rolled back by itself already, as it does when the disk is full
        }
        throw;
    }
}

void store::append(std::span<const entry> entries) {
    transact([&] {
        for (const auto& e : entries) {
            const reset_at_end reset(append_);
            append_.bind(1, e.seq);
            append_.bind(2, e.time_ms);
            append_.bind(3, e.size());
            append_.bind(4, std::string(e.topic()));
            bind_blob(append_, 5, e.key());
            bind_blob(append_, 6, e.id());
            bind_blob(append_, 7, e.headers());
            bind_blob(append_, 8, e.value());
            append_.exec();
        }
        faults::point("spool.appended");
    });
}

void store::remove_one(std::int64_t seq, removed& sums) {
    const reset_at_end reset_size(size_);
    const reset_at_end reset_delete(delete_);
    size_.bind(1, seq);
    if (!size_.executeStep()) return;
    ++sums.records;
    sums.bytes += size_.getColumn(0).getInt64();
    size_.reset();
    delete_.bind(1, seq);
    delete_.exec();
}

removed store::remove(std::span<const std::int64_t> seqs) {
    removed sums;
    transact([&] {
        for (const auto seq : seqs) remove_one(seq, sums);
        faults::point("spool.deleting");
    });
    return sums;
}

removed store::set_aside(std::int64_t seq) {
    removed sums;
    transact([&] {
        const reset_at_end reset(set_aside_);
        set_aside_.bind(1, seq);
        set_aside_.exec();
        remove_one(seq, sums);
    });
    return sums;
}

void store::try_writing() {
    transact([this] { db_.exec("PRAGMA user_version = 1"); });
}

void store::shrink() noexcept {
    try {
        db_.exec("VACUUM");
        db_.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (const SQLite::Exception&) {
        // somebody reads at the moment; what is free in the file is used again
    }
}

} // namespace gradesvc::spool
