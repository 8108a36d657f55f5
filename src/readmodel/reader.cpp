#include "readmodel/reader.hpp"

#include "readmodel/schema.hpp"
#include "readmodel/statement.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace gradesvc::readmodel {
namespace {

enum column : int {
    id_column,
    user_column,
    test_column,
    version_column,
    attempt_column,
    accepted_column,
    scored_column,
    code_column,
    detail_column,
    attempts_column,
    document_column,
};

std::string select_sql(const std::string& document, const std::string& join, const std::string& condition) {
    return "SELECT s.id, s.user_id, s.test_id, coalesce(r.test_version, s.test_version, f.test_version), s.attempt, "
           "s.accepted_at, r.scored_at, f.code, f.detail, f.attempts" +
           document + " FROM submissions s LEFT JOIN results r ON r.n = s.n LEFT JOIN failures f ON f.n = s.n" + join +
           " WHERE " + condition;
}

std::string list_sql(const std::string& condition) {
    return select_sql("", "",
                      "s.user_id = ?1 AND (s.accepted_at, s.id) < (?2, ?3)" + condition +
                          " ORDER BY s.accepted_at DESC, s.id DESC LIMIT ?4");
}

/// The current row, without its document. A result supersedes a failure.
ports::submission_view view_of(const use& row) {
    ports::submission_view view;
    view.id = row.id(id_column);
    view.user_id = row.text(user_column);
    view.test_id = row.text(test_column);
    view.test_version = row.optional_integer(version_column);
    view.attempt = row.optional_integer(attempt_column);
    view.accepted_at = row.time(accepted_column);
    if (!row.null(scored_column)) {
        view.status = ports::submission_status::scored;
        view.scored_at = row.time(scored_column);
    } else if (!row.null(code_column)) {
        view.status = ports::submission_status::failed;
        view.failure_code = row.text(code_column);
        view.failure_detail = row.text(detail_column);
        view.failure_attempts = row.integer(attempts_column);
    }
    return view;
}

} // namespace

reader::reader(const std::filesystem::path& file, int cache_kib)
    : db_(open_for_reading(file, cache_kib)),
      find_(db_, select_sql(", d.document", " LEFT JOIN documents d ON d.n = s.n", "s.id = ?1")),
      list_(db_, list_sql("")),
      list_of_test_(db_, list_sql(" AND s.test_id = ?5")) {}

std::optional<ports::submission_view> reader::find(const domain::submission_id& id) {
    use row(find_, id);
    if (!row.next()) return std::nullopt;
    ports::submission_view view = view_of(row);
    view.result = row.text(document_column);
    return view;
}

std::vector<ports::submission_view> reader::list(const ports::page_request& page) {
    static const domain::submission_id last_id = [] {
        std::array<std::uint8_t, 16> bytes;
        bytes.fill(0xFF);
        return domain::submission_id(bytes);
    }();
    const auto& [time, id] = page.before.value_or(std::pair(ports::time_ms::max(), last_id));
    const std::int64_t limit = std::max(page.limit, 0);

    std::vector<ports::submission_view> views;
    const auto collect = [&views](use rows) {
        while (rows.next()) views.push_back(view_of(rows));
    };
    if (page.test_id)
        collect(use(list_of_test_, page.user_id, time, id, limit, *page.test_id));
    else
        collect(use(list_, page.user_id, time, id, limit));
    return views;
}

reader_pool::reader_pool(std::filesystem::path file, int size, int cache_kib)
    : file_(std::move(file)), size_(std::max(size, 1)), cache_kib_(cache_kib) {}

std::unique_ptr<reader> reader_pool::take() {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !closed_ && lent_ < size_; });
        ++lent_;
        if (!idle_.empty()) {
            auto mine = std::move(idle_.back()); // the one used last: its pages are cached
            idle_.pop_back();
            return mine;
        }
    }
    try {
        return std::make_unique<reader>(file_, cache_kib_);
    } catch (...) {
        give_back(nullptr);
        throw;
    }
}

void reader_pool::give_back(std::unique_ptr<reader> done) {
    {
        const std::scoped_lock lock(mutex_);
        --lent_;
        if (done) idle_.push_back(std::move(done));
    }
    changed_.notify_all();
}

void reader_pool::close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    changed_.wait(lock, [this] { return lent_ == 0; });
    idle_.clear();
}

void reader_pool::reopen() {
    {
        const std::scoped_lock lock(mutex_);
        closed_ = false;
    }
    changed_.notify_all();
}

} // namespace gradesvc::readmodel
