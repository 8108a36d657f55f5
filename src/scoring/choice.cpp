#include "scoring/choice.hpp"

#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>

namespace gradesvc::scoring {

using domain::answer_value;
using domain::rule_kind;

namespace {

// All options that the definition names, in its order.
std::vector<std::string_view> texts_of(const domain::test_item& item) {
    std::vector<std::string_view> texts(item.options.begin(), item.options.end());
    const auto add = [&](std::string_view text) {
        if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
    };
    for (const auto& text : item.correct.options) add(text);
    if (item.rule.mapping)
        for (const auto& entry : *item.rule.mapping) add(entry.value.front());
    for (const auto& entry : item.misconceptions) add(entry.first);
    return texts;
}

} // namespace

choice_rule::choice_rule(const domain::test_item& item, point_units& units)
    : open_(item.options.empty()),
      single_(item.cardinality == domain::cardinality::single),
      mapped_(item.rule.mapping.has_value()),
      has_misconceptions_(!item.misconceptions.empty()),
      correct_count_(item.correct.options.size()) {
    const auto texts = texts_of(item);
    texts_ = text_index(texts);
    options_.resize(texts.size());
    for (const auto& text : item.correct.options) options_[texts_.find(text)].correct = true;
    for (const auto& [text, misconception] : item.misconceptions)
        options_[texts_.find(text)].misconception = &misconception;
    const auto max = max_of_choice(item);
    full_ = units(max);
    if (item.rule.kind == rule_kind::match_correct) {
        wrong_ = units(value_of(item.rule.wrong_score.value_or("0")));
    } else if (item.rule.kind == rule_kind::halves) {
        method_ = method::halves;
        half_ = item.options.size() >= 3 ? units(max / 2) : 0;
        quarter_ = item.options.size() >= 5 ? units(max / 4) : 0;
    } else {
        method_ = method::sum;
        sum_ = sum_of(item, texts, units);
    }
}

mark choice_rule::score(const answer_value& answer) const {
    if (!single_) return several(answer.what == answer_value::kind::list ? answer.members : std::span(&answer, 1));
    return one(answer.what == answer_value::kind::list && !answer.members.empty() ? answer.members.front().text
                                                                                  : answer.text);
}

mark choice_rule::one(std::string_view text) const {
    const auto index = texts_.find(text);
    const auto* chosen = index != text_index::none ? &options_[index] : nullptr;
    mark marked;
    if (method_ == method::match) {
        if (chosen && chosen->correct) return {item_outcome::correct, full_};
        marked.value = wrong_;
    } else {
        marked.value = sum_.limits.clamp(chosen ? sum_.ticked[index] : sum_.other);
        marked.outcome = outcome_of(marked.value, full_);
    }
    if (chosen && !chosen->correct && marked.outcome != item_outcome::correct)
        marked.misconception = chosen->misconception;
    return marked;
}

mark choice_rule::several(std::span<const answer_value> members) const {
    const auto ticked = count(members.first(std::min(members.size(), domain::limits::answer_members)));
    const bool exact = ticked.wrong == 0 && ticked.right == correct_count_;
    mark marked;
    if (mapped_ || !exact) {
        marked.value = method_ == method::match    ? wrong_
                       : method_ == method::halves ? half(ticked)
                                                   : sum_.limits.clamp(sum_.base + ticked.sum);
        if (method_ != method::match) marked.outcome = outcome_of(marked.value, full_);
    } else {
        marked = {item_outcome::correct, method_ == method::sum ? sum_.limits.upper : full_};
    }
    if (has_misconceptions_ && marked.outcome != item_outcome::correct) marked.misconception = misconception(ticked);
    return marked;
}

// Each option once; of texts that are none each distinct one.
choice_rule::tally choice_rule::count(std::span<const answer_value> members) const {
    tally ticked;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto index = texts_.find(members[i].text);
        if (index == text_index::none) {
            const auto same = [&](const auto& other) { return other.text == members[i].text; };
            if (std::any_of(members.begin(), members.begin() + static_cast<std::ptrdiff_t>(i), same)) continue;
            ++ticked.wrong;
            ticked.sum += sum_.other;
        } else if (!ticked.options[index]) {
            ticked.options[index] = true;
            ++(options_[index].correct ? ticked.right : ticked.wrong);
            if (method_ == method::sum) ticked.sum += sum_.ticked[index];
        }
    }
    return ticked;
}

// One error halves, a second one halves again where there are options enough for that.
points choice_rule::half(const tally& ticked) const {
    const auto errors = ticked.wrong + correct_count_ - ticked.right;
    return errors == 1 ? half_ : errors == 2 ? quarter_ : 0;
}

// The first in the order of the definition.
const domain::localized_text* choice_rule::misconception(const tally& ticked) const {
    for (std::size_t i = 0; i < options_.size(); ++i)
        if (ticked.options[i] && !options_[i].correct && options_[i].misconception) return options_[i].misconception;
    return nullptr;
}

answer_fault choice_rule::check(const answer_value& answer) const {
    const auto wrong = [&](const answer_value& value) -> std::string_view {
        if (value.what != answer_value::kind::text) return "must be a string";
        return open_ || texts_.find(value.text) != text_index::none ? "" : not_an_option;
    };
    if (answer.what == answer_value::kind::text) return {wrong(answer)};
    if (answer.what != answer_value::kind::list)
        return {single_ ? "must be a string" : "must be a string or an array of strings"};
    if (answer.members.size() > domain::limits::answer_members) return {too_many_members};
    for (std::size_t i = 0; i < answer.members.size(); ++i) {
        const auto& member = answer.members[i];
        if (auto why = wrong(member); !why.empty()) return {why, i};
        if (single_ && member.text != answer.members[0].text) return {"is a second option of a single choice", i};
    }
    return {};
}

} // namespace gradesvc::scoring
