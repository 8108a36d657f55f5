// Binding of domain values to prepared statements, and their reset whatever happens. Bound texts and blobs are not
// copied: they must live until the statement is reset.
#pragma once

#include "gradesvc/ports/read_model.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <cstring>
#include <optional>
#include <string>

namespace gradesvc::readmodel {

inline void bind_one(SQLite::Statement& s, int at, std::int64_t value) { s.bind(at, value); }
inline void bind_one(SQLite::Statement& s, int at, const std::string& value) { s.bindNoCopy(at, value); }
inline void bind_one(SQLite::Statement& s, int at, ports::time_ms value) {
    s.bind(at, static_cast<std::int64_t>(value.time_since_epoch().count()));
}
inline void bind_one(SQLite::Statement& s, int at, const domain::submission_id& id) {
    s.bindNoCopy(at, id.bytes().data(), static_cast<int>(id.bytes().size()));
}
template <class T>
void bind_one(SQLite::Statement& s, int at, const std::optional<T>& value) {
    if (value)
        bind_one(s, at, *value);
    else
        s.bind(at); // NULL
}

/// A prepared statement with all its parameters bound, in use; reset at the end, so that no transaction stays open.
class use {
public:
    template <class... Values>
    explicit use(SQLite::Statement& statement, const Values&... values) : statement_(statement) {
        int at = 0;
        (bind_one(statement_, ++at, values), ...);
    }
    ~use() { statement_.tryReset(); }
    use(const use&) = delete;
    use& operator=(const use&) = delete;

    bool next() { return statement_.executeStep(); }
    int run() { return statement_.exec(); } ///< number of rows changed

    std::int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
    std::string text(int column) const { return statement_.getColumn(column).getString(); }
    ports::time_ms time(int column) const { return ports::time_ms(std::chrono::milliseconds(integer(column))); }
    domain::submission_id id(int column) const {
        const SQLite::Column stored = statement_.getColumn(column);
        std::array<std::uint8_t, 16> bytes{};
        if (static_cast<std::size_t>(stored.getBytes()) != bytes.size())
            throw SQLite::Exception("an id that is not 16 bytes long");
        std::memcpy(bytes.data(), stored.getBlob(), bytes.size());
        return domain::submission_id(bytes);
    }
    bool null(int column) const { return statement_.getColumn(column).isNull(); }
    std::optional<std::int64_t> optional_integer(int column) const {
        return null(column) ? std::nullopt : std::optional(integer(column));
    }

private:
    SQLite::Statement& statement_;
};

} // namespace gradesvc::readmodel
