#include "embedded/store.hpp"

namespace gradesvc::embedded {
namespace {

constexpr int expired_at_once = 2000;

void run(SQLite::Statement& statement) {
    const reset_at_end reset(statement);
    statement.exec();
}

} // namespace

store::store(const std::filesystem::path& file)
    : db_(open_for_writing(file)),
      begin_(db_, "BEGIN IMMEDIATE"),
      commit_(db_, "COMMIT"),
      append_(db_, "INSERT INTO records (id, time, key, headers, value) VALUES (?, ?, ?, ?, ?)"),
      position_(db_, "INSERT INTO positions (consumers, slot, position, note) VALUES (?, ?, ?, ?) "
                     "ON CONFLICT DO UPDATE SET position = excluded.position, note = excluded.note"),
      oldest_(db_, "SELECT id, time FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"),
      delete_(db_, "DELETE FROM records WHERE id >= ? AND id < ?"),
      first_(db_, "UPDATE partitions SET first = ? WHERE slot = ?") {}

void store::begin() { run(begin_); }

void store::append(batch& records, std::vector<std::int64_t>& next) {
    for (auto& e : records.entries()) {
        const reset_at_end reset(append_);
        e.offset = next[static_cast<std::size_t>(e.slot)]++;
        append_.bind(1, row_id(e.slot, e.offset));
        append_.bind(2, e.time_ms);
        if (const auto key = records.key(e))
            bind_blob(append_, 3, *key);
        else
            append_.bind(3);
        bind_blob(append_, 4, records.headers(e));
        bind_blob(append_, 5, records.value(e));
        append_.exec();
    }
}

void store::put_position(const std::string& group, std::int32_t slot, std::int64_t position, std::string_view note) {
    position_.bindNoCopy(1, group);
    position_.bind(2, slot);
    position_.bind(3, position);
    bind_blob(position_, 4, note);
    run(position_);
}

void store::commit() { run(commit_); }

void store::rollback() noexcept {
    try {
        db_.exec("ROLLBACK");
    } catch (const SQLite::Exception&) {
        // SQLite has rolled back by itself already, as it does when the disk is full
    }
}

std::int64_t store::expire(std::int32_t slot, std::int64_t first, std::int64_t end, ports::time_ms limit) {
    std::int64_t left = first;
    {
        const reset_at_end reset(oldest_);
        oldest_.bind(1, row_id(slot, first));
        oldest_.bind(2, row_id(slot, end));
        oldest_.bind(3, expired_at_once);
        while (oldest_.executeStep() && oldest_.getColumn(1).getInt64() < limit.time_since_epoch().count())
            left = offset_of(oldest_.getColumn(0).getInt64()) + 1;
    }
    if (left == first) return first;

    begin();
    delete_.bind(1, row_id(slot, 0));
    delete_.bind(2, row_id(slot, left));
    run(delete_);
    first_.bind(1, left);
    first_.bind(2, slot);
    run(first_);
    commit();
    return left;
}

void store::try_writing() {
    begin();
    db_.exec("INSERT INTO records (id, time, headers, value) VALUES (-1, 0, x'', zeroblob(65536))");
    db_.exec("DELETE FROM records WHERE id = -1");
    commit();
}

} // namespace gradesvc::embedded
