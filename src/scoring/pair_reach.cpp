#include "scoring/pair_reach.hpp"

#include "gradesvc/domain/definition_limits.hpp"
#include "scoring/point_limits.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace gradesvc::scoring {

using domain::exact;
using domain::item_type;

namespace {

std::size_t possible_pairs(const domain::test_item& item) {
    const auto options = item.options.size();
    switch (item.type) {
    case item_type::gap_match: return options * item.gaps.size();
    case item_type::match: return options * item.targets.size();
    case item_type::associate: return options * (options + 1) / 2;
    default: break;
    }
    std::size_t all = 0;
    for (const auto& gap : item.gaps) all += gap.options.size();
    return all;
}

// One option a gap: the best of each, or none.
exact best_of_gaps(const domain::test_item& item) {
    const exact other = value_of(item.rule.default_score);
    std::map<std::string_view, std::pair<std::size_t, exact>> mapped; // gap → how many of its options, the best of them
    for (const auto& entry : *item.rule.mapping) {
        auto& [count, best] = mapped[entry.value[1]];
        const exact score = value_of(entry.score);
        best = count++ == 0 ? score : std::max(best, score);
    }
    exact sum = 0;
    for (const auto& gap : item.gaps) {
        const auto found = mapped.find(gap.gap_id);
        exact best = found == mapped.end() ? other : found->second.second;
        if (found != mapped.end() && found->second.first < gap.options.size()) best = std::max(best, other);
        sum += std::max<exact>(best, 0);
    }
    return sum;
}

exact reachable(const domain::test_item& item) {
    const auto& mapping = *item.rule.mapping;
    const exact other = value_of(item.rule.default_score);
    const auto others = possible_pairs(item) - mapping.size();
    if (item.cardinality == domain::cardinality::single) {
        exact best = others > 0 ? other : value_of(mapping.front().score);
        for (const auto& entry : mapping) best = std::max(best, value_of(entry.score));
        return best;
    }
    if (item.type == item_type::inline_choice) return best_of_gaps(item);
    exact sum = 0;
    std::size_t gains = 0;
    for (const auto& entry : mapping) {
        const exact score = value_of(entry.score);
        if (score <= 0) continue;
        sum += score;
        ++gains;
    }
    if (other > 0) sum += other * std::min(others, domain::limits::answer_members - gains);
    return sum;
}

} // namespace

exact max_of_pairs(const domain::test_item& item) {
    return item.rule.mapping ? max_of_sum(item, reachable(item)) : max_of(item);
}

} // namespace gradesvc::scoring
