#include "scoring/text_index.hpp"

#include <algorithm>
#include <numeric>

namespace gradesvc::scoring {

namespace {

constexpr std::size_t scan_at_most = 12; // beyond that a binary search is faster

// The positions of `texts`, by text; of equal ones the first comes first.
std::vector<std::uint32_t> by_text(const std::vector<std::string_view>& texts) {
    std::vector<std::uint32_t> order(texts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return texts[a] < texts[b]; });
    return order;
}

} // namespace

text_index::text_index(const std::vector<std::string_view>& texts) {
    const auto order = by_text(texts);
    std::vector<bool> repeats(texts.size());
    for (std::size_t i = 1; i < order.size(); ++i) repeats[order[i]] = texts[order[i]] == texts[order[i - 1]];
    for (std::size_t i = 0; i < texts.size(); ++i)
        if (!repeats[i]) texts_.push_back(texts[i]);
    if (texts_.size() > scan_at_most) sorted_ = by_text(texts_);
}

std::uint32_t text_index::search(std::string_view text) const {
    const auto place =
        std::lower_bound(sorted_.begin(), sorted_.end(), text, [&](auto i, auto wanted) { return texts_[i] < wanted; });
    return place != sorted_.end() && texts_[*place] == text ? *place : none;
}

} // namespace gradesvc::scoring
