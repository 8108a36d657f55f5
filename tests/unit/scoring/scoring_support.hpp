// Builders for scoring tests: a scorer from a definition, answers without JSON, one line of the result.
#pragma once

#include "gradesvc/domain/submission.hpp"
#include "gradesvc/scoring/scorer.hpp"

#include <deque>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::test {

using domain::answer_value;

/// Answers that own their lists; texts must outlive it.
class answers {
public:
    answers& text(std::string_view item, std::string_view text, std::optional<int> certainty = {}) {
        return add(item, {answer_value::kind::text, text}, certainty);
    }
    answers& number(std::string_view item, std::string_view text) {
        return add(item, {answer_value::kind::number, text});
    }
    answers& blank(std::string_view item) { return add(item, {}); }
    answers& list(std::string_view item, const std::vector<std::string_view>& members) {
        auto& kept = lists_.emplace_back();
        for (const auto text : members) kept.push_back({answer_value::kind::text, text});
        return add(item, {kept.empty() ? answer_value::kind::blank : answer_value::kind::list, {}, kept});
    }
    /// A list of lists: pairs.
    answers& lists(std::string_view item, const std::vector<std::vector<std::string_view>>& members) {
        auto& outer = lists_.emplace_back();
        for (const auto& texts : members) {
            auto& kept = lists_.emplace_back();
            for (const auto text : texts) kept.push_back({answer_value::kind::text, text});
            outer.push_back({answer_value::kind::list, {}, kept});
        }
        return add(item, {outer.empty() ? answer_value::kind::blank : answer_value::kind::list, {}, outer});
    }
    answers& point(std::string_view item, std::pair<std::string_view, std::string_view> at) {
        return add(item, place(at));
    }
    answers& points(std::string_view item, const std::vector<std::pair<std::string_view, std::string_view>>& all) {
        auto& kept = lists_.emplace_back();
        for (const auto& at : all) kept.push_back(place(at));
        return add(item, {kept.empty() ? answer_value::kind::blank : answer_value::kind::list, {}, kept});
    }
    domain::submission submission() const {
        domain::submission made{};
        made.user_id = "u";
        made.test_id = "t";
        made.answers = given_;
        return made;
    }

private:
    answer_value place(std::pair<std::string_view, std::string_view> at) {
        auto& kept = lists_.emplace_back();
        kept = {{answer_value::kind::number, at.first}, {answer_value::kind::number, at.second}};
        return {answer_value::kind::list, {}, kept};
    }
    answers& add(std::string_view item, answer_value value, std::optional<int> certainty = {}) {
        domain::given_answer answer{item, value};
        answer.certainty = certainty;
        given_.push_back(answer);
        return *this;
    }
    std::vector<domain::given_answer> given_;
    std::deque<std::vector<answer_value>> lists_;
};

inline domain::test_item choice(std::string id, std::vector<std::string> options, std::vector<std::string> correct) {
    domain::test_item item;
    item.item_id = std::move(id);
    item.options = std::move(options);
    item.correct.options = std::move(correct);
    return item;
}

inline domain::test_item multiple(std::string id, std::vector<std::string> options, std::vector<std::string> correct) {
    auto item = choice(std::move(id), std::move(options), std::move(correct));
    item.cardinality = domain::cardinality::multiple;
    return item;
}

/// A mapped choice: option and score alternate.
inline void map_to(domain::test_item& item, std::vector<std::pair<std::string, std::string>> scores) {
    item.rule.kind = domain::rule_kind::map_response;
    auto& mapping = item.rule.mapping.emplace();
    for (auto& [option, score] : scores) mapping.push_back({{option}, score});
}

inline domain::test_item text_entry(std::string id, std::vector<domain::text_key> keys) {
    domain::test_item item;
    item.item_id = std::move(id);
    item.type = domain::item_type::text_entry;
    item.rule.kind = domain::rule_kind::text;
    item.correct.texts = std::move(keys);
    return item;
}

inline domain::test_item numeric(std::string id, std::vector<domain::numeric_key> keys) {
    domain::test_item item;
    item.item_id = std::move(id);
    item.type = domain::item_type::text_entry;
    item.rule.kind = domain::rule_kind::numeric;
    item.correct.numbers = std::move(keys);
    return item;
}

inline domain::test_definition test_of(std::vector<domain::test_item> items) {
    domain::test_definition definition;
    definition.test_id = "t";
    definition.items = std::move(items);
    return definition;
}

inline std::shared_ptr<const scoring::scorer> compiled(domain::test_definition definition) {
    auto result = scoring::scorer::compile(std::move(definition));
    if (!result)
        throw std::runtime_error(result.error().errors.at(0).pointer + ": " + result.error().errors.at(0).detail);
    return *result;
}

inline std::shared_ptr<const scoring::scorer> compiled(domain::test_item item) {
    return compiled(test_of({std::move(item)}));
}

inline scoring::score_sheet score(const scoring::scorer& scorer, const answers& given) {
    scoring::score_sheet sheet;
    scorer.score(given.submission(), scoring::profile::full, sheet);
    return sheet;
}

inline std::vector<domain::field_error> check(const scoring::scorer& scorer, const answers& given) {
    std::vector<domain::field_error> errors;
    scorer.check(given.submission(), errors);
    return errors;
}

} // namespace gradesvc::test
