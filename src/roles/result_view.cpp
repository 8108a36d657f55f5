#include "roles/result_view.hpp"

#include "gradesvc/readmodel/sqlite.hpp"
#include "gradesvc/telemetry/log.hpp"

namespace gradesvc::roles {

using namespace std::chrono_literals;

namespace {

constexpr auto expiry_interval = 1min;
constexpr auto log_patience = 2s;

bool beyond(const ports::positions& stored, const ports::positions& end) {
    for (const auto& [where, offset] : stored) {
        const auto at = end.find(where);
        if (at == end.end() || at->second < offset) return true;
    }
    return false;
}

} // namespace

result_view::result_view(const std::filesystem::path& data, ports::log& log, const app::topics& names,
                         ports::clock& clock, std::chrono::milliseconds keep, std::function<void(std::string)> failed)
    : log_(log),
      topics_{names.submissions, names.results, names.dead_letters},
      clock_(clock),
      keep_(keep),
      rows_(readmodel::open(data / "view.db")),
      projector_(names),
      follower_(log,
                {"read model", topics_,
                 [this](std::span<const ports::record> records, const ports::positions& next) { apply(records, next); },
                 std::move(failed), [this] { return !watch_.empty(); }}) {}

bool result_view::start() {
    auto stored = rows_->stored_positions();
    try {
        if (beyond(stored, log_.end(topics_, log_patience))) {
            telemetry::log(telemetry::level::warn, "the read model is ahead of the log: it is built again");
            rows_->clear();
            stored.clear();
        }
    } catch (const ports::log_unavailable&) {
        return false;
    }
    follower_.start(std::move(stored));
    return true;
}

void result_view::apply(std::span<const ports::record> records, const ports::positions& next) {
    if (!records.empty()) {
        auto step = projector_(records);
        step.next = next;
        rows_->apply(step);
        std::vector<domain::submission_id> settled;
        settled.reserve(step.scored.size() + step.failed.size());
        for (const auto& row : step.scored) settled.push_back(row.accepted.id);
        for (const auto& row : step.failed) settled.push_back(row.accepted.id);
        watch_.settled(settled);
    }
    const auto now = std::chrono::steady_clock::now();
    if (now < next_expiry_) return;
    next_expiry_ = now + expiry_interval;
    rows_->expire(clock_.now() - keep_);
}

} // namespace gradesvc::roles
