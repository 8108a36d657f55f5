#include "worker/finished_offsets.hpp"

#include <algorithm>
#include <iterator>

namespace gradesvc::worker {

bool finished_offsets::restore(std::string_view note) {
    const auto told = read_note(note);
    if (!told) return false;
    for (std::size_t byte = 0; byte < told->bitmap.size(); ++byte) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            if ((told->bitmap[byte] & (1U << bit)) == 0) continue;
            const std::int64_t offset = position_ + static_cast<std::int64_t>(byte * 8 + bit);
            add(offset, offset + 1);
        }
    }
    absorb();
    return true;
}

bool finished_offsets::deliver(std::int64_t offset) {
    const std::int64_t expected = std::max(next_, position_);
    if (offset > expected) add(expected, offset);
    next_ = std::max(next_, offset + 1);
    absorb();
    return !is_finished(offset);
}

void finished_offsets::expect(std::int64_t first) {
    if (first > position_) add(position_, first);
    next_ = first;
    absorb();
}

void finished_offsets::finish(std::int64_t offset) {
    if (offset == position_)
        ++position_;
    else if (offset > position_)
        add(offset, offset + 1);
    absorb();
}

bool finished_offsets::is_finished(std::int64_t offset) const {
    if (offset < position_) return true;
    auto after = beyond_.upper_bound(offset);
    return after != beyond_.begin() && std::prev(after)->second > offset;
}

std::string finished_offsets::note(bool clean, const failed_attempts& attempts) const {
    failed_attempts by_distance;
    for (auto it = attempts.lower_bound(position_); it != attempts.end(); ++it)
        by_distance.emplace_hint(by_distance.end(), it->first - position_, it->second);
    if (beyond_.empty()) return make_note({}, clean, by_distance);
    const std::int64_t end = std::min(span_, std::prev(beyond_.end())->second - position_);
    std::vector<std::uint8_t> bitmap(static_cast<std::size_t>((end + 7) / 8));
    for (const auto& [from, to] : beyond_) {
        for (std::int64_t i = from - position_; i < std::min(to - position_, end); ++i)
            bitmap[static_cast<std::size_t>(i / 8)] |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(i % 8));
    }
    return make_note(bitmap, clean, by_distance);
}

void finished_offsets::add(std::int64_t from, std::int64_t to) {
    auto it = beyond_.upper_bound(from);
    if (it != beyond_.begin() && std::prev(it)->second >= from) {
        it = std::prev(it);
        it->second = std::max(it->second, to);
    } else
        it = beyond_.emplace_hint(it, from, to);
    for (auto next = std::next(it); next != beyond_.end() && next->first <= it->second; next = beyond_.erase(next))
        it->second = std::max(it->second, next->second);
}

void finished_offsets::absorb() {
    while (!beyond_.empty() && beyond_.begin()->first <= position_) {
        position_ = std::max(position_, beyond_.begin()->second);
        beyond_.erase(beyond_.begin());
    }
}

} // namespace gradesvc::worker
