#include "scoring/choice.hpp"

#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace gradesvc::scoring {

using domain::answer_value;
using domain::exact;

namespace {

constexpr std::size_t scan_at_most = 12; // options; beyond that a binary search is faster

exact value_of(const domain::exact_text& text) { return domain::parse_exact(text).value(); }

// The greatest sum that a mapping can reach, before upper_bound; nullopt when there is no end to it.
std::optional<exact> reachable(const domain::test_item& item) {
    const auto& mapping = *item.rule.mapping;
    const exact other = value_of(item.rule.default_score);
    const bool has_others = item.options.empty() || item.options.size() > mapping.size();
    if (item.cardinality == domain::cardinality::single) {
        std::optional<exact> best;
        for (const auto& entry : mapping) best = best ? std::max(*best, value_of(entry.score)) : value_of(entry.score);
        return has_others ? std::max(*best, other) : *best;
    }
    exact sum = 0;
    for (const auto& entry : mapping) sum += std::max(exact(0), value_of(entry.score));
    if (other <= 0 || !has_others) return sum;
    if (item.options.empty()) return std::nullopt;
    return exact(sum + other * (item.options.size() - mapping.size()));
}

// max_score, or its default.
exact max_of(const domain::test_item& item) {
    if (item.max_score) return value_of(*item.max_score);
    if (!item.rule.mapping) return 1;
    auto max = reachable(item);
    if (item.rule.upper_bound) {
        const exact bound = value_of(*item.rule.upper_bound);
        max = max ? std::min(*max, bound) : bound;
    }
    return max ? std::max(*max, exact(0)) : exact(1);
}

} // namespace

choice_rule::choice_rule(const domain::test_item& item, std::string_view locale, point_units& units)
    : open_(item.options.empty()),
      single_(item.cardinality == domain::cardinality::single),
      match_(item.rule.kind == domain::rule_kind::match_correct) {
    add_options(item, locale);
    const exact full = max_of(item);
    full_ = units(full);
    if (match_) {
        wrong_ = units(value_of(item.rule.wrong_score.value_or("0")));
        return;
    }
    map_options(item, units);
    limit(item, units);
}

void choice_rule::add_options(const domain::test_item& item, std::string_view locale) {
    for (const auto& text : item.options) options_.push_back({text});
    for (const auto& text : item.correct.options) add_option(text).correct = true;
    correct_count_ = item.correct.options.size();
    if (item.rule.mapping)
        for (const auto& entry : *item.rule.mapping) add_option(entry.value.front());
    for (const auto& [text, misconception] : item.misconceptions)
        add_option(text).misconception = misconception.in(locale);
    has_misconceptions_ = !item.misconceptions.empty();
    if (options_.size() <= scan_at_most) return;
    for (std::size_t i = 0; i < options_.size(); ++i) sorted_.push_back(static_cast<std::uint16_t>(i));
    std::sort(sorted_.begin(), sorted_.end(), [&](auto a, auto b) { return options_[a].text < options_[b].text; });
}

choice_rule::option& choice_rule::add_option(std::string_view text) {
    const auto known = std::find_if(options_.begin(), options_.end(), [&](const auto& o) { return o.text == text; });
    return known != options_.end() ? *known : options_.emplace_back(option{text});
}

void choice_rule::map_options(const domain::test_item& item, point_units& units) {
    const auto most_others = static_cast<unsigned>(domain::limits::answer_members);
    other_ = units(value_of(item.rule.default_score), most_others);
    for (auto& known : options_) known.value = other_;
    if (item.rule.mapping) {
        for (const auto& entry : *item.rule.mapping)
            add_option(entry.value.front()).value = units(value_of(entry.score));
        return;
    }
    const points share = units(max_of(item) / item.correct.options.size(), static_cast<unsigned>(correct_count_));
    for (auto& known : options_)
        if (known.correct) known.value = share;
}

void choice_rule::limit(const domain::test_item& item, point_units& units) {
    const auto& rule = item.rule;
    lower_ = rule.mapping ? std::numeric_limits<points>::min() : 0;
    if (rule.lower_bound) lower_ = units(value_of(*rule.lower_bound));
    upper_ = full_;
    if (rule.upper_bound) upper_ = std::min(full_, units(value_of(*rule.upper_bound)));
    lower_ = std::min(lower_, upper_);
}

std::size_t choice_rule::find(std::string_view text) const {
    if (sorted_.empty()) {
        std::size_t i = 0;
        while (i < options_.size() && options_[i].text != text) ++i;
        return i;
    }
    const auto place = std::lower_bound(sorted_.begin(), sorted_.end(), text,
                                        [&](auto i, std::string_view t) { return options_[i].text < t; });
    return place != sorted_.end() && options_[*place].text == text ? *place : options_.size();
}

mark choice_rule::score(const answer_value& answer) const {
    if (answer.what != answer_value::kind::list) return one(answer.text);
    return single_ && !answer.members.empty() ? one(answer.members.front().text) : several(answer.members);
}

mark choice_rule::one(std::string_view text) const {
    const auto index = find(text);
    const auto* chosen = index < options_.size() ? &options_[index] : nullptr;
    if (match_ && chosen && chosen->correct && correct_count_ == 1) return {item_outcome::correct, full_};
    mark marked;
    marked.value = match_ ? wrong_ : clamp(chosen ? chosen->value : other_);
    marked.outcome = match_ ? item_outcome::incorrect : outcome_of(marked.value, full_);
    if (chosen && !chosen->correct && marked.outcome != item_outcome::correct)
        marked.misconception = chosen->misconception;
    return marked;
}

mark choice_rule::several(std::span<const answer_value> members) const {
    ticks ticked;
    points sum = 0;
    std::size_t right = 0, wrong = 0;
    members = members.first(std::min(members.size(), domain::limits::answer_members));
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto index = find(members[i].text);
        if (index == options_.size()) {
            const auto same = [&](const auto& other) { return other.text == members[i].text; };
            if (std::any_of(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(i), same)) continue;
            ++wrong;
            sum += other_;
        } else if (!ticked[index]) {
            ticked[index] = true;
            ++(options_[index].correct ? right : wrong);
            sum += options_[index].value;
        }
    }
    mark marked;
    if (!match_) {
        marked.value = clamp(sum);
        marked.outcome = outcome_of(marked.value, full_);
    } else if (wrong == 0 && right == correct_count_) {
        marked = {item_outcome::correct, full_};
    } else {
        marked.value = wrong_;
    }
    return finish(marked, ticked);
}

mark choice_rule::finish(mark marked, const ticks& ticked) const {
    if (!has_misconceptions_ || marked.outcome == item_outcome::correct) return marked;
    for (std::size_t i = 0; i < options_.size() && marked.misconception.empty(); ++i)
        if (ticked[i] && !options_[i].correct) marked.misconception = options_[i].misconception;
    return marked;
}

std::string_view choice_rule::check(const answer_value& answer, std::size_t& member) const {
    const auto wrong = [&](const answer_value& value) -> std::string_view {
        if (value.what != answer_value::kind::text) return "must be a string";
        return open_ || find(value.text) < options_.size() ? "" : "is not an option of this item";
    };
    member = std::string::npos;
    if (answer.what == answer_value::kind::text) return wrong(answer);
    if (answer.what != answer_value::kind::list)
        return single_ ? "must be a string" : "must be a string or an array of strings";
    if (answer.members.size() > domain::limits::answer_members) return "has too many members";
    for (std::size_t i = 0; i < answer.members.size(); ++i) {
        member = i;
        if (auto why = wrong(answer.members[i]); !why.empty()) return why;
        if (single_ && answer.members[i].text != answer.members[0].text) return "is a second option of a single choice";
    }
    return {};
}

} // namespace gradesvc::scoring
