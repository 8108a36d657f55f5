#include "roles/spooled_rows.hpp"

#include "gradesvc/app/project.hpp"

#include <algorithm>
#include <future>
#include <set>

namespace gradesvc::roles {

using ports::submission_view;

namespace {

constexpr std::chrono::seconds catch_up_limit{1};
constexpr std::size_t slack = 64; // rows of one moment, which need not stand in the order of their times

bool newer(const submission_view& a, const submission_view& b) {
    return std::pair(a.accepted_at, a.id) > std::pair(b.accepted_at, b.id);
}

} // namespace

std::optional<submission_view> spooled_rows::find(const domain::submission_id& id) const {
    if (auto row = rows_.find(id)) return row;
    const auto kept = spool_.find(id.to_string());
    return kept ? view_of(*kept) : std::nullopt;
}

std::vector<submission_view> spooled_rows::list(const ports::page_request& page) const {
    auto kept = kept_of(page); // before the look into the log: what leaves the spool later is found there
    if (spool_.drained_lately()) await_log();
    auto rows = rows_.list(page);
    if (kept.empty()) return rows;
    std::set<domain::submission_id> known;
    for (const auto& row : rows) known.insert(row.id);
    for (auto& row : kept)
        if (known.insert(row.id).second) rows.push_back(std::move(row));
    std::sort(rows.begin(), rows.end(), newer);
    rows.resize(std::min(rows.size(), static_cast<std::size_t>(std::max(page.limit, 0))));
    return rows;
}

std::vector<submission_view> spooled_rows::kept_of(const ports::page_request& page) const {
    std::vector<submission_view> found;
    spool_.newest(page.user_id, [&](spool::kept&& kept) {
        auto row = view_of(kept);
        const bool wanted = row && (!page.test_id || row->test_id == *page.test_id) &&
                            (!page.before || std::pair(row->accepted_at, row->id) < *page.before);
        if (wanted) found.push_back(*std::move(row));
        return found.size() < static_cast<std::size_t>(std::max(page.limit, 0)) + slack;
    });
    return found;
}

std::optional<submission_view> spooled_rows::view_of(const spool::kept& kept) const {
    ports::record record;
    record.topic = kept.record.topic;
    record.partition = -1;
    record.offset = -1;
    record.time = kept.time;
    if (kept.record.key) record.key = *kept.record.key;
    record.value = kept.record.value;
    for (const auto& h : kept.record.headers) record.headers.push_back({h.name, h.value});
    auto rows = app::projector(names_)(std::span(&record, 1)).accepted;
    if (rows.empty()) return std::nullopt;
    auto& row = rows.front();
    submission_view view{};
    view.id = row.id;
    view.user_id = std::move(row.user_id);
    view.test_id = std::move(row.test_id);
    view.test_version = row.test_version;
    view.attempt = row.attempt;
    view.accepted_at = row.accepted_at;
    if (kept.refused) {
        view.status = ports::submission_status::failed;
        view.failure_code = "too_large";
        view.failure_detail = "The log takes no record of this size.";
        view.failure_attempts = 1;
    }
    return view;
}

void spooled_rows::await_log() const {
    const auto there = std::make_shared<std::promise<void>>();
    log_.catch_up(catch_up_limit, [there](bool) { there->set_value(); });
    there->get_future().wait();
}

} // namespace gradesvc::roles
