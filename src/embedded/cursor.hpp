// Reading records from the file in bounded batches: `record_source` is a connection, `cursor_set` says how far which
// partition has been read. Both belong to one thread, except where the mutex of the state is asked for.
#pragma once

#include "embedded/database.hpp"
#include "embedded/state.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gradesvc::embedded {

/// How much one call may still bring. The last record may go beyond the bytes.
struct read_budget {
    std::size_t records = 1000;
    std::size_t bytes = 4 * 1024 * 1024;
    bool spent() const { return records == 0 || bytes == 0; }
};

class record_source {
public:
    explicit record_source(const std::filesystem::path& file);

    /// Appends the records of offsets `from` to `to`, as far as the budget goes, to `out`. Returns where to go on: `to`
    /// when everything was read. Throws ports::log_error.
    std::int64_t read(const topic& of, std::int32_t partition, std::int64_t from, std::int64_t to, read_budget& budget,
                      std::vector<ports::record>& out);

    /// The offset of the first record between these two with `time` or a later one, else `to`. Takes the times for
    /// ascending. Throws ports::log_error.
    std::int64_t find(const topic& of, std::int32_t partition, std::int64_t from, std::int64_t to, ports::time_ms time);

private:
    const std::filesystem::path file_;
    SQLite::Database db_;
    SQLite::Statement select_;
    SQLite::Statement time_;
};

class cursor_set {
public:
    void add(const topic& of, std::int32_t partition, std::int64_t position);
    void remove(std::int32_t partition);
    void clear() { cursors_.clear(); }
    void pause(std::int32_t partition, bool paused);

    /// Notes how far each partition can be read now; whether there is anything. The state's mutex is held.
    bool look(const shared_state& state);

    /// Reads what look() found, another partition first each time, so that none waits for ever.
    std::vector<ports::record> read(record_source& source);

    ports::positions positions() const;

private:
    struct cursor {
        const topic* of = nullptr;
        std::int32_t partition = 0;
        std::int64_t next = 0;
        std::int64_t end = 0; ///< as look() saw it; not beyond `next` while paused
        bool paused = false;
    };
    std::vector<cursor> cursors_;
    std::size_t turn_ = 0;
};

} // namespace gradesvc::embedded
