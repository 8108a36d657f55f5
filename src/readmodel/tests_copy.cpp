#include "gradesvc/readmodel/tests_copy.hpp"

#include "gradesvc/telemetry/log.hpp"
#include "sqlite/file.hpp"
#include "sqlite/statement.hpp"

#include <sqlite3.h>

#include <utility>

namespace gradesvc::readmodel {

namespace {

constexpr int format = 1;
constexpr int busy_timeout_ms = 5000;

constexpr const char* tables = R"(
CREATE TABLE records (
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    time INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (partition, offset)
);
)";

constexpr const char* keep_one = R"(
INSERT INTO records VALUES (?, ?, ?, ?)
ON CONFLICT (partition, offset) DO UPDATE SET time = excluded.time, value = excluded.value
WHERE time <> excluded.time OR value <> excluded.value
)";

} // namespace

class tests_copy::table {
public:
    explicit table(const std::filesystem::path& file)
        : db_(opened(file)),
          keep_(db_, keep_one),
          cut_(db_, "DELETE FROM records WHERE partition = ? AND offset >= ?"),
          all_(db_, "SELECT partition, offset, time, value FROM records ORDER BY partition, offset") {}

    std::size_t read(const std::function<void(const ports::record&)>& visit) {
        const sqlite::reset_at_end reset(all_);
        std::size_t count = 0;
        for (; all_.executeStep(); ++count) {
            ports::record record;
            record.partition = all_.getColumn(0).getInt();
            record.offset = all_.getColumn(1).getInt64();
            record.time = ports::time_ms(std::chrono::milliseconds(all_.getColumn(2).getInt64()));
            record.value = sqlite::blob(all_.getColumn(3));
            visit(record);
        }
        return count;
    }

    void keep(std::span<const ports::record> records, const ports::positions& ends) {
        SQLite::Transaction transaction(db_);
        for (const auto& record : records) {
            const sqlite::reset_at_end reset(keep_);
            keep_.bind(1, record.partition);
            keep_.bind(2, static_cast<std::int64_t>(record.offset));
            keep_.bind(3, static_cast<std::int64_t>(record.time.time_since_epoch().count()));
            sqlite::bind_blob(keep_, 4, record.value);
            keep_.exec();
        }
        for (const auto& [where, offset] : ends) {
            const sqlite::reset_at_end reset(cut_);
            cut_.bind(1, where.second);
            cut_.bind(2, static_cast<std::int64_t>(offset));
            cut_.exec();
        }
        transaction.commit();
    }

private:
    static SQLite::Database opened(const std::filesystem::path& file) {
        SQLite::Database db(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX,
                            busy_timeout_ms);
        if (sqlite::make_schema(db, format, tables) != format)
            throw SQLite::Exception("a file of another version", SQLITE_NOTADB);
        return db;
    }

    SQLite::Database db_;
    SQLite::Statement keep_, cut_, all_;
};

tests_copy::tests_copy(std::filesystem::path file) : file_(std::move(file)) {}
tests_copy::~tests_copy() = default;

std::size_t tests_copy::read(const std::function<void(const ports::record&)>& visit) try {
    return std::filesystem::exists(file_) ? open().read(visit) : 0;
} catch (const std::exception& error) {
    failed("the copy of the published tests cannot be read", error);
    return 0;
}

void tests_copy::keep(std::span<const ports::record> records, const ports::positions& next, bool current) try {
    const bool cut = current && !cut_;
    if (records.empty() && !cut) return;
    open().keep(records, cut ? next : ports::positions());
    cut_ = current;
    failed_ = false;
} catch (const std::exception& error) {
    cut_ = current; // it is made whole at the next start
    failed("the copy of the published tests cannot be written", error);
}

tests_copy::table& tests_copy::open() {
    if (!table_) table_ = std::make_unique<table>(file_);
    return *table_;
}

void tests_copy::failed(const char* what, const std::exception& why) {
    table_.reset();
    if (!std::exchange(failed_, true))
        telemetry::log(telemetry::level::warn, what, {{"path", file_.native()}, {"error", why.what()}});
    std::error_code ignored;
    const auto* const error = dynamic_cast<const SQLite::Exception*>(&why);
    if (error != nullptr && sqlite::damaged(*error)) std::filesystem::remove(file_, ignored);
}

} // namespace gradesvc::readmodel
