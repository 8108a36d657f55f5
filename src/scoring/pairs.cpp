#include "scoring/pairs.hpp"

#include "gradesvc/domain/definition_limits.hpp"
#include "scoring/pair_reach.hpp"

#include <algorithm>
#include <array>

namespace gradesvc::scoring {

using domain::answer_value;
using domain::item_type;

namespace {

std::string_view shape_of(item_type type) {
    return type == item_type::match       ? "must be a pair [option, target]"
           : type == item_type::associate ? "must be a pair of options"
                                          : "must be a pair [option, gap]";
}

bool is_pair(const answer_value& value) {
    return value.what == answer_value::kind::list && value.members.size() == 2 &&
           value.members[0].what == answer_value::kind::text && value.members[1].what == answer_value::kind::text;
}

} // namespace

pair_rule::pair_rule(const domain::test_item& item, point_units& units)
    : type_(item.type),
      single_(item.cardinality == domain::cardinality::single && item.type != item_type::inline_choice),
      match_(item.rule.kind == domain::rule_kind::match_correct),
      mapped_(item.rule.mapping.has_value()),
      correct_count_(item.correct.pairs.size()) {
    add_ends(item);
    const auto max = max_of_pairs(item);
    full_ = units(max);
    if (match_) wrong_ = units(value_of(item.rule.wrong_score.value_or("0")));
    add_pairs(item, units);
    if (!match_) limits_ = limits_of(item.rule, 1, full_, mapped_ ? floor_default::none : floor_default::zero, units);
}

void pair_rule::add_ends(const domain::test_item& item) {
    std::vector<std::string_view> sources(item.options.begin(), item.options.end());
    std::vector<std::string_view> targets(item.targets.begin(), item.targets.end());
    for (const auto& gap : item.gaps) {
        targets.push_back(gap.gap_id);
        sources.insert(sources.end(), gap.options.begin(), gap.options.end());
    }
    sources_ = text_index(sources);
    targets_ = type_ == item_type::associate ? sources_ : text_index(targets);
    for (const auto& gap : item.gaps)
        for (const auto& option : gap.options)
            allowed_.push_back(key_of(sources_.find(option), targets_.find(gap.gap_id)));
    std::sort(allowed_.begin(), allowed_.end());
    if (!item.misconceptions.empty()) misconceptions_.resize(sources_.size());
    for (const auto& [text, misconception] : item.misconceptions) misconceptions_[sources_.find(text)] = &misconception;
}

void pair_rule::add_pairs(const domain::test_item& item, point_units& units) {
    if (!match_)
        other_ = units(value_of(item.rule.default_score), static_cast<unsigned>(domain::limits::answer_members));
    const auto count = static_cast<unsigned>(correct_count_);
    const points share = match_ || mapped_ ? 0 : units(max_of_pairs(item) / count, count);
    for (const auto& [source, target] : item.correct.pairs) {
        auto& pair = at(source, target);
        pair.correct = true;
        pair.value = mapped_ ? other_ : share;
    }
    if (!mapped_) return;
    for (const auto& entry : *item.rule.mapping)
        at(entry.value[0], entry.value[1]).value = units(value_of(entry.score));
}

pair_rule::pair_key pair_rule::key_of(std::uint32_t source, std::uint32_t target) const {
    if (type_ == item_type::associate && target < source) std::swap(source, target);
    return source << source_shift | target;
}

pair_rule::known_pair& pair_rule::at(std::string_view source, std::string_view target) {
    const auto pair = key_of(sources_.find(source), targets_.find(target));
    const auto place = std::lower_bound(known_.begin(), known_.end(), pair,
                                        [](const auto& k, pair_key wanted) { return k.pair < wanted; });
    return place != known_.end() && place->pair == pair ? *place : *known_.insert(place, {pair});
}

std::optional<pair_rule::pair_key> pair_rule::find(const answer_value& member) const {
    if (!is_pair(member)) return std::nullopt;
    const auto source = sources_.find(member.members[0].text), target = targets_.find(member.members[1].text);
    if (source == text_index::none || target == text_index::none) return std::nullopt;
    return key_of(source, target);
}

const pair_rule::known_pair* pair_rule::known(pair_key pair) const {
    const auto place = std::lower_bound(known_.begin(), known_.end(), pair,
                                        [](const auto& k, pair_key wanted) { return k.pair < wanted; });
    return place != known_.end() && place->pair == pair ? &*place : nullptr;
}

mark pair_rule::score(const answer_value& answer) const {
    std::array<pair_key, domain::limits::answer_members> pairs; // NOLINT: only what is written is read
    auto end = pairs.begin();
    for (const auto& member : answer.members.first(std::min(answer.members.size(), pairs.size())))
        if (const auto pair = find(member)) *end++ = *pair;
    std::sort(pairs.begin(), end);
    end = std::unique(pairs.begin(), end);
    return judge({pairs.begin(), end});
}

mark pair_rule::judge(std::span<const pair_key> pairs) const {
    std::size_t right = 0;
    points sum = 0;
    const domain::localized_text* misconception = nullptr;
    for (const auto pair : pairs) {
        const auto* found = known(pair);
        sum += found ? found->value : other_;
        if (found && found->correct)
            ++right;
        else if (!misconceptions_.empty() && !misconception)
            misconception = misconceptions_[pair >> source_shift];
    }
    mark marked;
    if (!mapped_ && right == correct_count_ && right == pairs.size())
        return {item_outcome::correct, match_ ? full_ : limits_.upper};
    marked.value = match_ ? wrong_ : limits_.clamp(sum);
    if (!match_) marked.outcome = outcome_of(marked.value, full_);
    if (marked.outcome != item_outcome::correct) marked.misconception = misconception;
    return marked;
}

answer_fault pair_rule::check_pair(const answer_value& member) const {
    if (!is_pair(member)) return {shape_of(type_)};
    const auto source = sources_.find(member.members[0].text), target = targets_.find(member.members[1].text);
    if (source == text_index::none) return {not_an_option, {}, 0};
    if (target == text_index::none)
        return {type_ == item_type::match       ? "is not a target of this item"
                : type_ == item_type::associate ? not_an_option
                                                : "is not a gap of this item",
                {},
                1};
    if (type_ == item_type::inline_choice &&
        !std::binary_search(allowed_.begin(), allowed_.end(), key_of(source, target)))
        return {"is not an option of this gap", {}, 0};
    return {};
}

answer_fault pair_rule::check(const answer_value& answer) const {
    if (answer.what != answer_value::kind::list) return {"must be an array of pairs"};
    if (answer.members.size() > domain::limits::answer_members) return {too_many_members};
    std::vector<pair_key> of_gap; // of inline_choice: what each gap was filled with
    if (type_ == item_type::inline_choice) of_gap.resize(targets_.size());
    for (std::size_t i = 0; i < answer.members.size(); ++i) {
        if (auto fault = check_pair(answer.members[i])) {
            fault.member = i;
            return fault;
        }
        const auto pair = *find(answer.members[i]);
        if (single_ && pair != *find(answer.members[0])) return {"is a second pair of a single one", i};
        if (of_gap.empty()) continue;
        auto& before = of_gap[pair & ((1U << source_shift) - 1)];
        if (before != 0 && before != pair + 1) return {"is a second option of its gap", i};
        before = pair + 1;
    }
    return {};
}

} // namespace gradesvc::scoring
