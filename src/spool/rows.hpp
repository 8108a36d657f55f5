// Reads what is kept: a connection of its own. One thread at a time. Throws std::runtime_error.
#pragma once

#include "gradesvc/spool/publisher.hpp"
#include "spool/database.hpp"

#include <optional>
#include <vector>

namespace gradesvc::spool {

struct numbered {
    std::int64_t seq = 0;
    ports::outgoing record;
};

class rows {
public:
    /// Throws ports::log_error.
    explicit rows(const std::filesystem::path& file);

    /// The next ones in order, up to a number and a size that suit one step; empty at the end.
    std::vector<numbered> after(std::int64_t seq);

    std::optional<ports::time_ms> oldest();

    std::unique_ptr<kept> find(std::string_view id);
    void newest(std::string_view key, const std::function<bool(kept&&)>& visit);

private:
    SQLite::Database db_;
    SQLite::Statement after_, oldest_, find_, newest_;
};

} // namespace gradesvc::spool
