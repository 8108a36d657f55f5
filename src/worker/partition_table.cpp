#include "worker/partition_table.hpp"

#include <algorithm>
#include <utility>

namespace gradesvc::worker {
namespace {

constexpr std::size_t large_window = 8;    // one in so many of the records that there is room for
constexpr std::int64_t beyond_span = 4000; // an owner may have read a poll or two beyond what its note could tell

} // namespace

bool partition_table::gain(const ports::assignment& from) {
    drop(from.partition);
    held_partition& p = held_[from.partition];
    p.epoch = next_epoch_++;
    p.committed = from.position;
    p.offsets = finished_offsets(from.position, span_);
    const auto told = read_note(from.note);
    if (told)
        for (const auto& [distance, count] : told->attempts) p.attempts.emplace(from.position + distance, count);
    const bool unclean = from.committed && !(told && told->clean);
    if (unclean) {
        p.suspects_end = from.position + max_span + beyond_span;
        p.end_known = false;
    } else {
        p.opening = true;
        demand_commit(p);
    }
    return p.offsets.restore(from.note);
}

void partition_table::recall(job& work) const {
    auto it = held_.find(work.record.partition);
    if (it == held_.end()) return;
    const held_partition& p = it->second;
    const std::int64_t offset = work.record.offset;
    if (auto known = p.attempts.find(offset); known != p.attempts.end()) work.attempts = known->second;
    work.suspect = offset < p.suspects_end || p.accused.contains(offset);
}

void partition_table::failed(const job& work) {
    held_partition* p = find(work.record.partition);
    if (p == nullptr || p->offsets.is_finished(work.record.offset)) return;
    p->attempts[work.record.offset] = work.attempts;
    demand_commit(*p);
}

void partition_table::accuse(const ports::record& record) {
    held_partition* p = find(record.partition);
    if (p != nullptr && !p->offsets.is_finished(record.offset)) p->accused.insert(record.offset);
}

void partition_table::end_known(std::int32_t partition, std::int64_t end) {
    held_partition* p = find(partition);
    if (p == nullptr) return;
    p->suspects_end = std::min(p->suspects_end, end);
    p->end_known = true;
}

void partition_table::demand_commit(held_partition& p) {
    if (!std::exchange(p.moved, true)) ++moved_;
}

bool partition_table::any_opening() const {
    return std::ranges::any_of(held_, [](const auto& entry) { return entry.second.opening; });
}

void partition_table::drop(std::int32_t partition) {
    auto it = held_.find(partition);
    if (it == held_.end()) return;
    const held_partition& p = it->second;
    records_ -= p.records;
    bytes_ -= p.bytes;
    finished_ -= p.finished.size();
    if (p.moved) --moved_;
    held_.erase(it);
}

void partition_table::clear() {
    while (!held_.empty()) drop(held_.begin()->first);
}

held_partition* partition_table::find(std::int32_t partition) {
    auto it = held_.find(partition);
    return it == held_.end() ? nullptr : &it->second;
}

bool partition_table::went_back(const ports::record& record) const {
    const auto it = held_.find(record.partition);
    return it != held_.end() && !it->second.losing && it->second.offsets.went_back(record.offset);
}

bool partition_table::deliver(const ports::record& record, std::size_t bytes) {
    held_partition* p = find(record.partition);
    if (p == nullptr || p->losing) return false;
    const std::int64_t before = p->offsets.position();
    const bool wanted = p->offsets.deliver(record.offset);
    if (p->offsets.position() != before) {
        moved_on(*p);
        if (!wanted) demand_commit(*p);
    }
    if (!wanted) return false;
    p->times.emplace_back(record.offset, record.time);
    ++p->records;
    p->bytes += bytes;
    ++records_;
    bytes_ += bytes;
    return true;
}

void partition_table::finish(outcome done) {
    held_partition* p = find(done.source->record.partition);
    if (p == nullptr) return;
    const std::size_t output = done.result.output.value.size();
    done.source->bytes += output;
    p->bytes += output;
    bytes_ += output;
    if (p->offsets.admits(done.source->record.offset)) {
        p->finished.push_back(std::move(done));
        ++finished_;
    } else
        p->not_notable.push_back(std::move(done));
}

/// The position has moved: the note reaches further now. Every outcome within its reach is in `finished`, every one
/// beyond in `not_notable`, so the outcomes of a user stay in order.
void partition_table::moved_on(held_partition& p) {
    const std::int64_t position = p.offsets.position();
    while (!p.times.empty() && p.times.front().first < position) p.times.pop_front();
    p.attempts.erase(p.attempts.begin(), p.attempts.lower_bound(position));
    if (p.not_notable.empty()) return;
    auto admitted = [&](const outcome& o) { return p.offsets.admits(o.source->record.offset); };
    for (outcome& o : p.not_notable) {
        if (!admitted(o)) continue;
        p.finished.push_back(std::move(o));
        ++finished_;
    }
    std::erase_if(p.not_notable, [](const outcome& o) { return o.source == nullptr; });
}

std::vector<share> partition_table::take_finished(const std::function<bool(std::int32_t)>& let_go) {
    std::vector<share> shares;
    for (auto& [id, p] : held_) {
        const bool last = let_go && let_go(id);
        if (p.finished.empty() && !p.moved && (!last || p.marked || !p.clean())) continue;
        share& s = shares.emplace_back();
        s.partition = id;
        s.epoch = p.epoch;
        take_from(p, s);
        if (std::exchange(p.moved, false)) --moved_;
        s.records = s.finished.size();
        const bool mark = last && p.clean();
        if (mark) p.marked = true;
        s.checkpoint = {id, p.offsets.position(), p.offsets.note(mark, p.attempts)};
    }
    return shares;
}

void partition_table::take_from(held_partition& p, share& s) {
    while (!p.finished.empty()) {
        finished_ -= p.finished.size();
        const std::size_t from = s.finished.size();
        if (s.finished.empty())
            s.finished = std::exchange(p.finished, {});
        else
            std::ranges::move(std::exchange(p.finished, {}), std::back_inserter(s.finished));
        for (std::size_t i = from; i < s.finished.size(); ++i) {
            const job& done = *s.finished[i].source;
            p.offsets.finish(done.record.offset);
            if (!p.attempts.empty()) p.attempts.erase(done.record.offset);
            if (!p.accused.empty()) p.accused.erase(done.record.offset);
            s.bytes += done.bytes;
        }
        moved_on(p);
    }
}

bool partition_table::holds(const share& s) const {
    auto it = held_.find(s.partition);
    return it != held_.end() && it->second.epoch == s.epoch;
}

bool partition_table::committed(const share& s) {
    if (!holds(s)) return false;
    held_partition& p = held_.at(s.partition);
    p.committed = s.checkpoint.position;
    p.records -= s.records;
    p.bytes -= s.bytes;
    records_ -= s.records;
    bytes_ -= s.bytes;
    return std::exchange(p.opening, false);
}

bool partition_table::is_greedy(const held_partition& p, std::size_t factor) const {
    const std::size_t free_records = max_records_ - std::min(max_records_, records_);
    const std::size_t free_bytes = max_bytes_ - std::min(max_bytes_, bytes_);
    return p.records * factor >= free_records || p.bytes * factor >= free_bytes;
}

std::vector<std::int32_t> partition_table::greedy() const {
    std::vector<std::int32_t> found;
    for (const auto& [id, p] : held_)
        if (!p.paused && !p.losing && is_greedy(p, 1)) found.push_back(id);
    return found;
}

bool partition_table::room_waits_for_commit() const {
    if (finished_ * large_window >= max_records_) return true;
    const auto short_of_room = [this](const auto& entry) { return entry.second.paused || is_greedy(entry.second, 1); };
    return finished_ * 2 >= records_ && finished_ > 0 && std::ranges::any_of(held_, short_of_room);
}

std::vector<std::int32_t> partition_table::far_ahead() const {
    std::vector<std::int32_t> found;
    for (const auto& [id, p] : held_)
        if (!p.paused && !p.losing && p.offsets.reach() >= p.offsets.span()) found.push_back(id);
    return found;
}

void partition_table::set_paused(std::int32_t partition, bool paused) {
    held_partition& p = held_.at(partition);
    p.paused = paused;
    p.far_ahead = paused && p.offsets.reach() >= p.offsets.span();
}

std::vector<std::int32_t> partition_table::may_resume() const {
    std::vector<std::int32_t> found;
    for (const auto& [id, p] : held_) {
        const std::int64_t limit = p.far_ahead ? p.offsets.span() / 2 : p.offsets.span() - 1;
        if (p.paused && !p.losing && !is_greedy(p, 2) && p.offsets.reach() <= limit) found.push_back(id);
    }
    return found;
}

std::optional<ports::time_ms> held_partition::oldest() const {
    if (times.empty()) return std::nullopt;
    return times.front().second;
}

std::optional<ports::time_ms> partition_table::oldest() const {
    std::optional<ports::time_ms> found;
    for (const auto& [id, p] : held_)
        if (const auto its = p.oldest(); its && (!found || *its < *found)) found = its;
    return found;
}

} // namespace gradesvc::worker
