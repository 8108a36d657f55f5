#include "audit/ledger.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace gradesvc::audit {

namespace {

constexpr unsigned told_revisions = 7; // 2 to 8, a bit each

std::uint32_t seconds_of(ports::time_ms time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::uint32_t>::max()));
}

ports::time_ms time_of(std::uint32_t seconds) { return ports::time_ms(std::chrono::seconds(seconds)); }

} // namespace

std::string_view to_string(finding_kind kind) {
    switch (kind) {
    case finding_kind::missing: return "missing";
    case finding_kind::doubled: return "doubled";
    case finding_kind::repeated: return "repeated";
    case finding_kind::order: return "order";
    case finding_kind::stray: return "stray";
    }
    return {};
}

counts& counts::operator+=(const counts& other) {
    for (const auto member :
         {&counts::accepted, &counts::scored, &counts::dead, &counts::in_flight, &counts::missing, &counts::expired,
          &counts::duplicates, &counts::replays, &counts::discarded, &counts::orphans, &counts::unreadable,
          &counts::doubled, &counts::repeated, &counts::out_of_order, &counts::stray})
        this->*member += other.*member;
    if (other.oldest_in_flight)
        oldest_in_flight = std::min(oldest_in_flight.value_or(*other.oldest_in_flight), *other.oldest_in_flight);
    return *this;
}

void ledger::add(const submission_record& one) {
    if (entries_.empty()) base_ = one.offset;
    const std::int64_t distance = one.offset - base_;
    if (distance > std::numeric_limits<std::uint32_t>::max())
        throw std::length_error("partition " + std::to_string(partition_) + " is too long for an audit");
    entries_.push_back({.id = one.id,
                        .user = one.user,
                        .offset = static_cast<std::uint32_t>(distance),
                        .seconds = seconds_of(one.time),
                        .rank = 0,
                        .test = one.test,
                        .flags = static_cast<std::uint8_t>(one.replay ? replay : 0),
                        .later = 0});
}

void ledger::close(std::int64_t first) {
    first_ = entries_.empty() ? first : std::min(first, base_);
    order_.resize(entries_.size());
    std::iota(order_.begin(), order_.end(), 0U);
    std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
        const auto by_id = entries_[a].id <=> entries_[b].id;
        return by_id != 0 ? by_id < 0 : a < b;
    });
    for (std::size_t i = 1; i < order_.size(); ++i) {
        auto& before = entries_[order_[i - 1]];
        auto& here = entries_[order_[i]];
        if (before.id != here.id) continue;
        before.set(shared);
        here.set(shared);
    }
}

ledger::entry* ledger::at(std::int64_t offset) {
    if (entries_.empty() || offset < base_ || offset > offset_of(entries_.back())) return nullptr;
    const auto distance = static_cast<std::uint32_t>(offset - base_);
    // Most partitions have a record at every offset: then the place is the distance.
    const auto guess = std::min<std::size_t>(distance, entries_.size() - 1);
    if (entries_[guess].offset == distance) return &entries_[guess];
    const auto it = std::ranges::lower_bound(entries_, distance, {}, &entry::offset);
    return it != entries_.end() && it->offset == distance ? &*it : nullptr;
}

ledger::entry* ledger::head_of(const domain::submission_id& id) {
    const auto id_of = [this](std::uint32_t i) -> const domain::submission_id& { return entries_[i].id; };
    const auto it = std::ranges::lower_bound(order_, id, {}, id_of);
    return it != order_.end() && entries_[*it].id == id ? &entries_[*it] : nullptr;
}

void ledger::add(const outcome_record& o) {
    entry* own = o.source && !o.misplaced ? at(*o.source) : nullptr;
    if (own != nullptr && own->id != o.id) own = nullptr;
    entry* const head = own != nullptr && !own->is(shared) ? own : head_of(o.id);
    if (own == nullptr) {
        // Where the submission itself has expired, a retry of it may still be there, whose outcome this is too.
        const bool gone = !o.misplaced && (o.source ? *o.source < first_ : head == nullptr && first_ > 0);
        if (gone && head == nullptr) ++of(test_names::none).orphans;
        if (!gone && (o.source || o.misplaced || head == nullptr)) {
            ++of(head != nullptr ? head->test : test_names::none).stray;
            tell(finding_kind::stray, o.id, head, &o);
        }
    }
    if (head == nullptr) return;
    if (o.discarded) head->set(given_up);
    if (o.of_replay)
        add_replayed(o, *head, own);
    else if (o.is_first())
        add_first(o, *head, own);
    else
        add_revision(o, *head);
    head->set(o.is_result() ? scored : dead);
}

void ledger::add_first(const outcome_record& o, entry& head, entry* own) {
    const flag here = o.is_result() ? scored_here : dead_here;
    const bool again = head.is(decided);
    if (again) tell_again(o, head, own != nullptr && own->is(here));
    head.set(decided);
    if (own == nullptr) return;
    own->set(here);
    if (o.is_result() && !again) own->rank = ++results_;
}

/// One outcome for each replay; a dead letter may be replayed as often as it is one.
void ledger::add_replayed(const outcome_record& o, entry& head, entry* own) {
    if (own == nullptr || !own->is(replay)) return; // it has expired
    const flag here = o.is_result() ? scored_here : dead_here;
    if (own->is(scored_here) || own->is(dead_here)) tell_again(o, head, own->is(here));
    own->set(here);
}

void ledger::add_revision(const outcome_record& o, entry& head) {
    const auto place = static_cast<unsigned>(std::min<std::int64_t>(o.revision - 2, told_revisions));
    const auto bit = 1U << place;
    if (place < told_revisions && (head.later & bit) != 0) tell_again(o, head, true);
    head.later = static_cast<std::uint8_t>(head.later | bit);
}

void ledger::tell_again(const outcome_record& o, entry& head, bool same_record) {
    const bool allowed = same_record && delivery_ == ports::delivery_mode::at_least_once;
    ++(allowed ? of(head.test).repeated : of(head.test).doubled);
    tell(allowed ? finding_kind::repeated : finding_kind::doubled, o.id, &head, &o);
}

void ledger::settle(const std::function<bool(std::int64_t)>& finished, std::optional<ports::time_ms> outcomes_expired) {
    const std::span<const std::uint32_t> all(order_);
    for (std::size_t from = 0, to = 0; from < all.size(); from = to) {
        const auto& id = entries_[all[from]].id;
        for (to = from + 1; to < all.size() && entries_[all[to]].id == id;) ++to;
        settle_one(all.subspan(from, to - from), finished, outcomes_expired);
    }
    check_order();
}

void ledger::settle_one(std::span<const std::uint32_t> records, const std::function<bool(std::int64_t)>& finished,
                        std::optional<ports::time_ms> outcomes_expired) {
    const entry& head = entries_[records.front()];
    counts& sums = of(head.test);
    const auto replays = std::ranges::count_if(records, [this](auto i) { return entries_[i].is(replay); });
    const auto others = static_cast<std::ptrdiff_t>(records.size()) - replays;
    ++sums.accepted;
    sums.replays += replays;
    sums.duplicates += std::max<std::ptrdiff_t>(others - 1, 0);
    if (head.is(scored)) {
        ++sums.scored;
        return;
    }
    if (head.is(dead)) {
        ++sums.dead;
        sums.discarded += head.is(given_up) ? 1 : 0;
        return;
    }
    const auto waits = std::ranges::find_if_not(records, [&](auto i) { return finished(offset_of(entries_[i])); });
    if (waits != records.end()) {
        const auto since = time_of(entries_[*waits].seconds);
        ++sums.in_flight;
        sums.oldest_in_flight = std::min(sums.oldest_in_flight.value_or(since), since);
    } else if (outcomes_expired && time_of(head.seconds) <= *outcomes_expired) {
        ++sums.expired;
    } else {
        ++sums.missing;
        tell(finding_kind::missing, head.id, &head, nullptr);
    }
}

void ledger::check_order() {
    std::erase_if(order_, [this](std::uint32_t i) { return entries_[i].rank == 0 || entries_[i].user == 0; });
    std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
        return entries_[a].user != entries_[b].user ? entries_[a].user < entries_[b].user : a < b;
    });
    for (std::size_t i = 1; i < order_.size(); ++i) {
        const auto& before = entries_[order_[i - 1]];
        const auto& here = entries_[order_[i]];
        if (before.user != here.user || before.rank < here.rank) continue;
        ++of(here.test).out_of_order;
        tell(finding_kind::order, here.id, &here, nullptr);
    }
}

counts& ledger::of(test_names::number test) {
    if (by_test_.size() <= test) by_test_.resize(test + std::size_t{1});
    return by_test_[test];
}

void ledger::tell(finding_kind kind, const domain::submission_id& id, const entry* about,
                  const outcome_record* outcome) {
    finding one{.kind = kind, .id = id, .partition = partition_};
    if (about != nullptr) {
        one.test_id = tests_.name(about->test);
        one.offset = offset_of(*about);
    }
    if (outcome != nullptr) {
        one.outcome = outcome->at;
        one.revision = outcome->is_result() ? outcome->revision : 0;
    }
    found_(one);
}

} // namespace gradesvc::audit
