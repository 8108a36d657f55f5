#include "scoring/order.hpp"

#include "gradesvc/domain/definition_limits.hpp"
#include "scoring/point_limits.hpp"

#include <algorithm>
#include <bitset>

namespace gradesvc::scoring {

using domain::answer_value;
using domain::rule_kind;

order_rule::order_rule(const domain::test_item& item, point_units& units) : kind_(item.rule.kind) {
    places_ = text_index({item.correct.options.begin(), item.correct.options.end()});
    const auto max = max_of(item);
    full_ = units(max);
    wrong_ = units(value_of(item.rule.wrong_score.value_or("0")));
    const auto parts = static_cast<unsigned>(places_.size() - (kind_ == rule_kind::adjacent_pairs ? 1 : 0));
    if (kind_ != rule_kind::match_correct && parts > 0) share_ = units(max / parts, parts);
}

mark order_rule::score(const answer_value& answer) const {
    const auto members = answer.members.first(std::min(answer.members.size(), places_.size()));
    const auto right = right_places(members);
    if (right == places_.size() && (kind_ != rule_kind::match_correct || answer.members.size() == right))
        return {item_outcome::correct, full_};
    if (kind_ == rule_kind::match_correct) return {item_outcome::incorrect, wrong_};
    const auto parts = kind_ == rule_kind::position ? right : right_neighbours(members);
    const auto value = share_ * static_cast<points>(parts);
    return {outcome_of(value, full_), value};
}

std::size_t order_rule::right_places(std::span<const answer_value> members) const {
    std::size_t right = 0;
    for (std::size_t i = 0; i < members.size(); ++i) right += places_.find(members[i].text) == i ? 1 : 0;
    return right;
}

std::size_t order_rule::right_neighbours(std::span<const answer_value> members) const {
    std::bitset<domain::limits::options> seen;
    auto before = text_index::none;
    for (const auto& member : members) {
        const auto place = places_.find(member.text);
        if (place != text_index::none && before != text_index::none && place == before + 1) seen.set(place);
        before = place;
    }
    return seen.count();
}

answer_fault order_rule::check(const answer_value& answer) const {
    if (answer.what != answer_value::kind::list) return {"must be an array of strings"};
    if (answer.members.size() > domain::limits::answer_members) return {too_many_members};
    for (std::size_t i = 0; i < answer.members.size(); ++i) {
        if (answer.members[i].what != answer_value::kind::text) return {"must be a string", i};
        if (places_.find(answer.members[i].text) == text_index::none) return {not_an_option, i};
    }
    return {};
}

} // namespace gradesvc::scoring
