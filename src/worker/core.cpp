#include "worker/core.hpp"

#include <algorithm>

namespace gradesvc::worker {

namespace {

constexpr int age_share = 4; // a result may linger for one in so many of the time that its submission has waited

} // namespace

core::core(std::unique_ptr<ports::consumer> c, collaborators w, options o)
    : consumer(std::move(c)),
      with(std::move(w)),
      how(std::move(o)),
      table(how.max_records_in_flight, how.max_bytes_in_flight),
      known(with.log != nullptr ? how.dedup_window : std::chrono::milliseconds(0)) {}

void core::apply(std::vector<outcome>& outcomes) {
    if (outcomes.empty()) return;
    const auto now = steady::now();
    for (outcome& o : outcomes) {
        switch (o.what) {
        case verdict::not_run: jobs.give_back(std::move(o.source)); break;
        case verdict::retry:
            if (o.failed && o.source->home != nullptr) table.failed(*o.source);
            if (o.source->suspect && o.source->home != nullptr) table.accuse(o.source->record);
            jobs.retry_at(std::move(o.source), now + o.delay);
            break;
        case verdict::finished: conclude(std::move(o)); break;
        }
    }
    outcomes.clear();
    notice_finished();
    if (losing || draining) {
        progress.notify_one();
        finished.notify_one(); // marks may be due
    }
}

void core::to_commit(outcome done) {
    const auto age = with.clock.now() - done.source->record.time;
    const auto linger = std::clamp<steady::duration>(age / age_share, how.linger, std::max(how.linger, how.max_linger));
    const auto due = steady::now() + linger;
    commit_by = std::min(commit_by.value_or(due), due);
    table.finish(std::move(done));
}

void core::notice_finished() {
    if (table.anything_finished()) finished.notify_one();
}

void core::sweep(steady::time_point before) {
    for (const auto& l : lanes) {
        if (l->since() > before || !l->holds_up()) continue;
        l->collect(swept);
        l->reclaim(swept);
    }
    apply(swept);
    wake_scorers();
}

void core::wake_scorers() {
    if (idle == 0 || (!jobs.has_ready(steady::now()) && !jobs.next_retry())) return;
    if (jobs.waiting() > 1)
        work.notify_all();
    else
        work.notify_one();
}

bool core::lets_go(std::int32_t partition) const {
    if (!losing && !draining) return false;
    auto it = table.all().find(partition);
    return it != table.all().end() && (draining || it->second.losing) && jobs.out_of(partition) == 0;
}

bool core::mark_due(std::int32_t partition) const {
    if (!lets_go(partition)) return false;
    const held_partition& p = table.all().at(partition);
    return !p.marked && p.clean();
}

bool core::anything_to_commit() const {
    if (table.anything_finished()) return true;
    return (losing || draining) &&
           std::ranges::any_of(table.all(), [this](const auto& entry) { return mark_due(entry.first); });
}

bool core::busy(std::int32_t partition, bool with_running) const {
    auto it = table.all().find(partition);
    if (it == table.all().end()) return false;
    const held_partition& p = it->second;
    const bool in_window = std::ranges::find(committing, std::pair(partition, p.epoch)) != committing.end();
    return in_window || p.moved || !p.finished.empty() || mark_due(partition) ||
           (with_running && jobs.out_of(partition) > 0);
}

bool core::being_committed(std::int32_t partition) const {
    auto it = table.all().find(partition);
    return in_call && it != table.all().end() &&
           std::ranges::find(committing, std::pair(partition, it->second.epoch)) != committing.end();
}

} // namespace gradesvc::worker
