#include "readmodel/writer.hpp"

#include "gradesvc/faults/fault.hpp"
#include "readmodel/schema.hpp"
#include "readmodel/statement.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace gradesvc::readmodel {
namespace {

constexpr const char* find_sql = "SELECT n, source FROM submissions WHERE id = ?1";

// Better knowledge replaces lesser; of the same kind the first stays.
constexpr const char* keep_submission_sql = R"(
INSERT INTO submissions (id, user_id, test_id, accepted_at, test_version, attempt, source)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, test_id = excluded.test_id,
    accepted_at = excluded.accepted_at, test_version = excluded.test_version, attempt = excluded.attempt,
    source = excluded.source
WHERE excluded.source > source)";

constexpr const char* keep_result_sql = R"(
INSERT INTO results (n, revision, test_version, scored_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (n) DO UPDATE SET revision = excluded.revision, test_version = excluded.test_version,
    scored_at = excluded.scored_at
WHERE excluded.revision > revision)";

constexpr const char* keep_document_sql = "INSERT OR REPLACE INTO documents (n, document) VALUES (?1, ?2)";

// A replayed dead letter may fail again: the later failure stands.
constexpr const char* keep_failure_sql = R"(
INSERT INTO failures (n, failed_at, test_version, code, detail, attempts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (n) DO UPDATE SET failed_at = excluded.failed_at, test_version = excluded.test_version,
    code = excluded.code, detail = excluded.detail, attempts = excluded.attempts
WHERE excluded.failed_at > failed_at)";

constexpr const char* keep_position_sql = R"(
INSERT INTO positions (topic, partition, next) VALUES (?1, ?2, ?3)
ON CONFLICT (topic, partition) DO UPDATE SET next = excluded.next WHERE excluded.next <> next)";

/// In the order of the index, so that a large step changes each page of it once; the first of equal ids stays first.
std::vector<const ports::accepted_row*> by_id(const std::vector<ports::accepted_row>& rows) {
    std::vector<const ports::accepted_row*> sorted;
    sorted.reserve(rows.size());
    for (const auto& row : rows) sorted.push_back(&row);
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
    return sorted;
}

std::string expire_sql(const char* table) {
    return std::string("DELETE FROM ") + table +
           " WHERE n IN (SELECT n FROM submissions WHERE accepted_at < ?1 ORDER BY accepted_at, n LIMIT ?2)";
}

} // namespace

writer::writer(const std::filesystem::path& file, int cache_kib)
    : db_(open_for_writing(file, cache_kib)),
      find_(db_, find_sql),
      keep_submission_(db_, keep_submission_sql),
      keep_result_(db_, keep_result_sql),
      keep_document_(db_, keep_document_sql),
      keep_failure_(db_, keep_failure_sql),
      keep_position_(db_, keep_position_sql),
      expire_results_(db_, expire_sql("results")),
      expire_documents_(db_, expire_sql("documents")),
      expire_failures_(db_, expire_sql("failures")),
      expire_submissions_(db_, expire_sql("submissions")) {}

ports::positions writer::stored_positions() {
    ports::positions stored;
    SQLite::Statement select(db_, "SELECT topic, partition, next FROM positions");
    for (use rows(select); rows.next();)
        stored[{rows.text(0), static_cast<std::int32_t>(rows.integer(1))}] = rows.integer(2);
    return stored;
}

void writer::apply(const ports::projection& step) {
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    for (const ports::accepted_row* row : by_id(step.accepted)) keep(*row, source::submission);
    for (const auto& row : step.scored) keep(row);
    for (const auto& row : step.failed) keep(row);
    faults::point("readmodel.rows");
    for (const auto& [where, next] : step.next)
        use(keep_position_, where.first, std::int64_t{where.second}, next).run();
    faults::point("readmodel.positions");
    transaction.commit();
    faults::point("readmodel.committed");
}

void writer::keep(const ports::accepted_row& row, source from) {
    use(keep_submission_, row.id, row.user_id, row.test_id, row.accepted_at, row.test_version, row.attempt,
        static_cast<std::int64_t>(from))
        .run();
}

std::int64_t writer::number_of(const ports::accepted_row& row, source from) {
    {
        use known(find_, row.id);
        if (known.next() && known.integer(1) >= static_cast<std::int64_t>(from)) return known.integer(0);
    }
    keep(row, from);
    use kept(find_, row.id);
    if (!kept.next()) throw SQLite::Exception("a row just written is not there");
    return kept.integer(0);
}

void writer::keep(const ports::scored_row& row) {
    const std::int64_t n = number_of(row.accepted, source::result);
    if (use(keep_result_, n, row.revision, row.accepted.test_version, row.scored_at).run() > 0)
        use(keep_document_, n, row.document).run();
}

void writer::keep(const ports::failed_row& row) {
    const std::int64_t n = number_of(row.accepted, source::dead_letter);
    use(keep_failure_, n, row.failed_at, row.accepted.test_version, row.code, row.detail, row.attempts).run();
}

int writer::expire(ports::time_ms time, int limit) {
    SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
    use(expire_results_, time, std::int64_t{limit}).run();
    use(expire_documents_, time, std::int64_t{limit}).run();
    use(expire_failures_, time, std::int64_t{limit}).run();
    const int gone = use(expire_submissions_, time, std::int64_t{limit}).run();
    transaction.commit();
    return gone;
}

void writer::checkpoint() { db_.exec("PRAGMA wal_checkpoint(TRUNCATE)"); }

} // namespace gradesvc::readmodel
