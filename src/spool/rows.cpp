#include "spool/rows.hpp"

#include "gradesvc/ports/header_blob.hpp"

namespace gradesvc::spool {
namespace {

constexpr int step_records = 1000;
constexpr std::size_t step_bytes = 4 * 1024 * 1024;
const std::string columns = "SELECT seq, time, topic, key, headers, value, ";

enum column : int { seq_column, time_column, topic_column, key_column, headers_column, value_column, refused_column };

std::string both(const std::string& condition) {
    return columns + "0 FROM records WHERE " + condition + " UNION ALL " + columns + "1 FROM refused WHERE " +
           condition + " ORDER BY seq";
}

ports::outgoing record_of(SQLite::Statement& r) {
    ports::outgoing record{.topic = r.getColumn(topic_column).getString(),
                           .key = std::string(blob(r.getColumn(key_column))),
                           .value = std::string(blob(r.getColumn(value_column))),
                           .headers = {}};
    const auto headers = r.getColumn(headers_column);
    for (const auto& h : ports::decode_headers(blob(headers)))
        record.headers.push_back({std::string(h.name), std::string(h.value)});
    return record;
}

ports::time_ms time_of(const SQLite::Column& column) {
    return ports::time_ms(std::chrono::milliseconds(column.getInt64()));
}

kept kept_of(SQLite::Statement& row) {
    return {record_of(row), time_of(row.getColumn(time_column)), row.getColumn(refused_column).getInt() != 0};
}

} // namespace

rows::rows(const std::filesystem::path& file)
    : db_(open_for_reading(file)),
      after_(db_, columns + "0 FROM records WHERE seq > ? ORDER BY seq LIMIT " + std::to_string(step_records)),
      oldest_(db_, "SELECT time FROM records ORDER BY seq LIMIT 1"),
      find_(db_, both("id = ?1") + " LIMIT 1"),
      newest_(db_, both("key = ?1") + " DESC") {}

std::vector<numbered> rows::after(std::int64_t seq) {
    const reset_at_end reset(after_);
    std::vector<numbered> found;
    std::size_t bytes = 0;
    after_.bind(1, seq);
    while (bytes < step_bytes && after_.executeStep()) {
        found.push_back({after_.getColumn(seq_column).getInt64(), record_of(after_)});
        bytes += found.back().record.value.size();
    }
    return found;
}

std::optional<ports::time_ms> rows::oldest() {
    const reset_at_end reset(oldest_);
    if (!oldest_.executeStep()) return std::nullopt;
    return time_of(oldest_.getColumn(0));
}

std::unique_ptr<kept> rows::find(std::string_view id) {
    const reset_at_end reset(find_);
    bind_blob(find_, 1, id);
    if (!find_.executeStep()) return nullptr;
    return std::make_unique<kept>(kept_of(find_));
}

void rows::newest(std::string_view key, const std::function<bool(kept&&)>& visit) {
    const reset_at_end reset(newest_);
    bind_blob(newest_, 1, key);
    while (newest_.executeStep())
        if (!visit(kept_of(newest_))) return;
}

} // namespace gradesvc::spool
