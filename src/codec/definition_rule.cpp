#include "codec/definition_parts.hpp"
#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>
#include <span>

namespace gradesvc::codec {

namespace limits = domain::limits;
using domain::item_type;
using domain::rule_kind;

namespace {

std::span<const rule_kind> rules_of(const domain::test_item& item) {
    static constexpr rule_kind one[] = {rule_kind::match_correct, rule_kind::map_response};
    static constexpr rule_kind many[] = {rule_kind::match_correct, rule_kind::map_response, rule_kind::edc,
                                         rule_kind::halves, rule_kind::per_option};
    static constexpr rule_kind order[] = {rule_kind::match_correct, rule_kind::adjacent_pairs, rule_kind::position};
    static constexpr rule_kind text[] = {rule_kind::text, rule_kind::numeric};
    static constexpr rule_kind point[] = {rule_kind::map_response_point};
    static constexpr rule_kind outside[] = {rule_kind::external};
    switch (item.type) {
    case item_type::choice:
        if (item.cardinality == domain::cardinality::multiple) return many;
        return one;
    case item_type::inline_choice:
    case item_type::gap_match:
    case item_type::match:
    case item_type::associate: return one;
    case item_type::order: return order;
    case item_type::text_entry: return text;
    case item_type::hotspot:
    case item_type::select_point: return point;
    case item_type::extended_text:
    case item_type::upload: return outside;
    }
    return {};
}

// Some rules count options.
void check_options(object_reader& item, const domain::test_item& target) {
    const auto kind = target.rule.kind;
    if ((kind == rule_kind::edc || kind == rule_kind::halves || kind == rule_kind::per_option) && !item.take("options"))
        item.error("options", "is required by rule " + std::string(to_string(kind)));
}

void check_kind(object_reader& item, const domain::test_item& target) {
    const auto allowed = rules_of(target);
    if (std::find(allowed.begin(), allowed.end(), target.rule.kind) != allowed.end())
        return check_options(item, target);
    std::string detail = std::string(to_string(target.rule.kind)) + " is no rule for ";
    if (target.type == item_type::choice) detail += "single ";
    detail += std::string(to_string(target.type)) + " items, which take ";
    for (std::size_t i = 0; i < allowed.size(); ++i) detail.append(i == 0 ? "" : ", ").append(to_string(allowed[i]));
    item.error("rule", std::move(detail));
}

void read_bounds(object_reader& rule, domain::scoring_rule& target) {
    const auto lower = rule.points("lower_bound");
    const auto upper = rule.points("upper_bound");
    if (lower && upper && lower->value > upper->value) rule.error("lower_bound", "is more than upper_bound");
    if (lower) target.lower_bound = lower->text;
    if (upper) target.upper_bound = upper->text;
}

void read_default_score(object_reader& rule, domain::scoring_rule& target) {
    if (auto score = rule.points("default_score")) target.default_score = std::move(score->text);
}

void read_rubric(object_reader& rule, domain::scoring_rule& target) {
    const auto list = rule.take_list("rubric", json_kind::array, 1, limits::criteria);
    if (!list) return;
    distinct_ids ids;
    for (const auto member : list) {
        object_reader json(rule.errors(), member, rule.at("rubric") + "/" + std::to_string(target.rubric.size()));
        domain::rubric_criterion criterion;
        if (const auto id = json.need("criterion_id"))
            criterion.criterion_id = read_id(json.errors(), id, json.at("criterion_id"), true).value_or("");
        ids.add(json.errors(), json.at("criterion_id"), criterion.criterion_id);
        criterion.label = json.localized("label");
        if (criterion.label.empty()) criterion.label.texts.emplace_back("", criterion.criterion_id);
        criterion.max = read_score(json, "max");
        if (criterion.max.starts_with('-')) json.error("max", "must not be negative");
        json.finish("a criterion");
        target.rubric.push_back(std::move(criterion));
    }
}

void read_parameters(object_reader& rule, domain::test_item& item) {
    auto& target = item.rule;
    switch (target.kind) {
    case rule_kind::match_correct:
        if (auto score = rule.points("wrong_score")) target.wrong_score = std::move(score->text);
        break;
    case rule_kind::map_response:
        read_mapping(rule, item);
        read_default_score(rule, target);
        read_bounds(rule, target);
        break;
    case rule_kind::per_option:
        rule.word("penalty", target.penalty,
                  {{"false", domain::option_penalty::wrong_count},
                   {"false2", domain::option_penalty::wrong_count_2},
                   {"true", domain::option_penalty::correct_count},
                   {"all", domain::option_penalty::all},
                   {"none", domain::option_penalty::none}});
        read_bounds(rule, target);
        break;
    case rule_kind::map_response_point:
        read_areas(rule, target);
        read_default_score(rule, target);
        read_bounds(rule, target);
        break;
    case rule_kind::external: read_rubric(rule, target); break;
    case rule_kind::edc:
    case rule_kind::halves:
    case rule_kind::adjacent_pairs:
    case rule_kind::position:
    case rule_kind::text:
    case rule_kind::numeric: break;
    }
}

// The kind: the member of that name, or a rule that is just a word. `holder` has it as `name`.
bool read_kind(object_reader& holder, std::string_view name, rule_kind& kind) {
    return holder.word(name, kind,
                       {{"match_correct", rule_kind::match_correct},
                        {"map_response", rule_kind::map_response},
                        {"edc", rule_kind::edc},
                        {"halves", rule_kind::halves},
                        {"per_option", rule_kind::per_option},
                        {"adjacent_pairs", rule_kind::adjacent_pairs},
                        {"position", rule_kind::position},
                        {"text", rule_kind::text},
                        {"numeric", rule_kind::numeric},
                        {"map_response_point", rule_kind::map_response_point},
                        {"external", rule_kind::external}});
}

void read_max_score(object_reader& item, domain::test_item& target) {
    const auto max = item.points("max_score");
    if (!max) return;
    target.max_score = max->text;
    if (max->value < 0) item.error("max_score", "must not be negative");
}

void check_wrong_score(object_reader& item, const domain::test_item& target) {
    if (!target.rule.wrong_score) return;
    const auto wrong = domain::parse_exact(*target.rule.wrong_score);
    const auto max = domain::parse_exact(target.max_score.value_or("1"));
    if (wrong && max && *wrong > *max) item.errors().add(item.at("rule") + "/wrong_score", "is more than max_score");
}

} // namespace

std::string read_score(object_reader& reader, std::string_view name) {
    if (!reader.need(name)) return "0";
    auto score = reader.points(name);
    return score ? std::move(score->text) : "0";
}

void read_rule(object_reader& item, domain::test_item& target) {
    read_max_score(item, target);
    const auto given = item.take("rule");
    if (!given) {
        check_kind(item, target);
        return;
    }
    if (!given.is(json_kind::object)) {
        if (read_kind(item, "rule", target.rule.kind)) check_kind(item, target);
        return;
    }
    object_reader rule(item.errors(), given, item.at("rule"));
    if (rule.need("kind") && read_kind(rule, "kind", target.rule.kind)) check_kind(item, target);
    read_parameters(rule, target);
    rule.finish("a " + std::string(to_string(target.rule.kind)) + " rule");
    check_wrong_score(item, target);
}

} // namespace gradesvc::codec
