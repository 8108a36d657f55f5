// What those who keep prepared SQLite statements share. Bound bytes are not copied: they must live until the statement is
// reset.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string_view>

namespace gradesvc::sqlite {

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

} // namespace gradesvc::sqlite
