#include "embedded/cursor.hpp"

#include "gradesvc/ports/header_blob.hpp"

#include <algorithm>
#include <cstring>

namespace gradesvc::embedded {
namespace {

/// Copies the row into memory of its own: a record may be kept longer than the batch it came with.
ports::record make_record(const topic& of, std::int32_t partition, SQLite::Statement& row) {
    const auto key_column = row.getColumn(2);
    const std::string_view key = blob(key_column);
    const std::string_view headers = blob(row.getColumn(3));
    const std::string_view value = blob(row.getColumn(4));
    const std::size_t size = key.size() + headers.size() + value.size();

    ports::record record;
    char* const memory = new char[size == 0 ? 1 : size];
    record.memory = {memory, [](void* bytes) { delete[] static_cast<char*>(bytes); }};
    char* at = memory;
    const auto keep = [&at](std::string_view bytes) {
        if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
        const std::string_view kept(at, bytes.size());
        at += bytes.size();
        return kept;
    };
    record.topic = of.name;
    record.partition = partition;
    record.offset = offset_of(row.getColumn(0).getInt64());
    record.time = ports::time_ms(std::chrono::milliseconds(row.getColumn(1).getInt64()));
    if (!key_column.isNull()) record.key = keep(key);
    record.headers = ports::decode_headers(keep(headers));
    record.value = keep(value);
    return record;
}

} // namespace

record_source::record_source(const std::filesystem::path& file) try
    : file_(file),
      db_(open_connection(file)),
      select_(db_, "SELECT id, time, key, headers, value FROM records WHERE id >= ? AND id < ? ORDER BY id"),
      time_(db_, "SELECT id, time FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT 1") {
} catch (const SQLite::Exception& error) {
    throw ports::log_error(complaint(file, error.what()));
}

std::int64_t record_source::read(const topic& of, std::int32_t partition, std::int64_t from, std::int64_t to,
                                 read_budget& budget, std::vector<ports::record>& out) try {
    const reset_at_end reset(select_);
    select_.bind(1, row_id(of.first_slot + partition, from));
    select_.bind(2, row_id(of.first_slot + partition, to));
    while (select_.executeStep()) {
        out.push_back(make_record(of, partition, select_));
        const auto& record = out.back();
        --budget.records;
        budget.bytes -= std::min(budget.bytes, record.value.size() + (record.key ? record.key->size() : 0));
        if (budget.spent()) return record.offset + 1;
    }
    return to;
} catch (const SQLite::Exception& error) {
    throw ports::log_error(complaint(file_, error.what()));
}

std::int64_t record_source::find(const topic& of, std::int32_t partition, std::int64_t from, std::int64_t to,
                                 ports::time_ms time) try {
    while (from < to) {
        const std::int64_t middle = from + (to - from) / 2;
        const reset_at_end reset(time_);
        time_.bind(1, row_id(of.first_slot + partition, middle));
        time_.bind(2, row_id(of.first_slot + partition, to));
        if (time_.executeStep() && time_.getColumn(1).getInt64() < time.time_since_epoch().count())
            from = offset_of(time_.getColumn(0).getInt64()) + 1;
        else
            to = middle;
    }
    return to;
} catch (const SQLite::Exception& error) {
    throw ports::log_error(complaint(file_, error.what()));
}

void cursor_set::add(const topic& of, std::int32_t partition, std::int64_t position) {
    cursors_.push_back({.of = &of, .partition = partition, .next = position});
}

void cursor_set::remove(std::int32_t partition) {
    std::erase_if(cursors_, [partition](const cursor& c) { return c.partition == partition; });
}

void cursor_set::pause(std::int32_t partition, bool paused) {
    for (auto& c : cursors_)
        if (c.partition == partition) c.paused = paused;
}

bool cursor_set::look(const shared_state& state) {
    bool found = false;
    for (auto& c : cursors_) {
        const extent& reach = state.extents[static_cast<std::size_t>(c.of->first_slot + c.partition)];
        c.next = reach.start(c.next);
        c.end = c.paused ? c.next : reach.end;
        found = found || c.next < c.end;
    }
    return found;
}

std::vector<ports::record> cursor_set::read(record_source& source) {
    std::vector<ports::record> records;
    read_budget budget;
    for (std::size_t n = 0; n < cursors_.size() && !budget.spent(); ++n) {
        turn_ = (turn_ + 1) % cursors_.size();
        cursor& c = cursors_[turn_];
        if (c.next < c.end) c.next = source.read(*c.of, c.partition, c.next, c.end, budget, records);
    }
    return records;
}

ports::positions cursor_set::positions() const {
    ports::positions result;
    for (const auto& c : cursors_) result[{c.of->name, c.partition}] = c.next;
    return result;
}

} // namespace gradesvc::embedded
