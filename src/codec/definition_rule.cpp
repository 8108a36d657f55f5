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

void check_kind(object_reader& item, const domain::test_item& target) {
    const auto allowed = rules_of(target);
    if (std::find(allowed.begin(), allowed.end(), target.rule.kind) != allowed.end()) return;
    std::string detail = std::string(to_string(target.rule.kind)) + " is no rule for ";
    if (target.type == item_type::choice) detail += "single ";
    detail += std::string(to_string(target.type)) + " items, which take ";
    for (std::size_t i = 0; i < allowed.size(); ++i) detail.append(i == 0 ? "" : ", ").append(to_string(allowed[i]));
    item.error("rule", std::move(detail));
}

// One member of a mapping: an option, or a pair where the type has pairs.
std::vector<std::string> read_mapped(error_list& errors, json_value value, const std::string& pointer, bool pair) {
    std::vector<std::string> mapped;
    if (!pair) {
        if (auto text = read_text(errors, value, pointer, limits::option_length)) mapped.push_back(std::move(*text));
        return mapped;
    }
    if (!value.is(json_kind::array) || value.size() != 2) {
        errors.add(pointer, "must be a pair [source, target]");
        return mapped;
    }
    for (const auto member : value)
        mapped.push_back(read_text(errors, member, pointer + "/" + std::to_string(mapped.size()), limits::option_length)
                             .value_or(""));
    return mapped;
}

void add_mapping(error_list& errors, const std::string& pointer, const domain::test_item& target,
                 std::vector<domain::map_entry>& mapping, domain::map_entry entry) {
    const auto& options = target.options;
    if (entry.value.empty()) return;
    if (entry.value.size() == 1 && !options.empty() &&
        std::find(options.begin(), options.end(), entry.value[0]) == options.end())
        errors.add(pointer, "is not an option");
    if (std::any_of(mapping.begin(), mapping.end(), [&](const auto& other) { return other.value == entry.value; }))
        errors.add(pointer, "is mapped already");
    mapping.push_back(std::move(entry));
}

std::string read_score(object_reader& reader, std::string_view name) {
    if (!reader.need(name)) return "0";
    auto score = reader.points(name);
    return score ? std::move(score->text) : "0";
}

// {"B": 1, "C": 0.5}
void read_mapping_object(object_reader& rule, json_value given, const domain::test_item& target,
                         std::vector<domain::map_entry>& mapping) {
    object_reader scores(rule.errors(), given, rule.at("mapping"));
    for (const auto member : given) {
        auto score = scores.points(member.key());
        add_mapping(rule.errors(), scores.at(member.key()), target, mapping,
                    {{std::string(member.key())}, score ? std::move(score->text) : "0"});
    }
}

// [{"value": ["W","g1"], "score": 1}]
void read_mapping_array(object_reader& rule, json_value given, const domain::test_item& target,
                        std::vector<domain::map_entry>& mapping) {
    std::size_t index = 0;
    for (const auto member : given) {
        object_reader json(rule.errors(), member, rule.at("mapping") + "/" + std::to_string(index++));
        domain::map_entry entry;
        if (const auto value = json.need("value"))
            entry.value = read_mapped(rule.errors(), value, json.at("value"), target.type != item_type::choice);
        entry.score = read_score(json, "score");
        add_mapping(rule.errors(), json.at("value"), target, mapping, std::move(entry));
        json.finish("a mapping");
    }
}

void read_mapping(object_reader& rule, domain::test_item& target) {
    const auto given = rule.take("mapping");
    if (!given) return;
    auto& mapping = target.rule.mapping.emplace();
    const bool object = given.is(json_kind::object) && target.type == item_type::choice;
    if ((!object && !given.is(json_kind::array)) || given.size() == 0 || given.size() > limits::pairs)
        rule.error("mapping", "must map 1 to " + std::to_string(limits::pairs) + " values to scores");
    else if (object)
        read_mapping_object(rule, given, target, mapping);
    else
        read_mapping_array(rule, given, target, mapping);
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

std::size_t coordinates_of(domain::area_shape shape, std::size_t given) {
    switch (shape) {
    case domain::area_shape::circle: return 3;
    case domain::area_shape::rect:
    case domain::area_shape::ellipse: return 4;
    case domain::area_shape::poly: return given >= 6 && given % 2 == 0 ? given : 6;
    case domain::area_shape::elsewhere: break;
    }
    return 0;
}

void read_area(object_reader& json, domain::scoring_rule& target, distinct_ids& ids) {
    domain::area area;
    if (const auto id = json.need("area_id"))
        area.area_id = read_id(json.errors(), id, json.at("area_id"), true).value_or("");
    ids.add(json.errors(), json.at("area_id"), area.area_id);
    if (json.need("shape"))
        json.word("shape", area.shape,
                  {{"circle", domain::area_shape::circle},
                   {"rect", domain::area_shape::rect},
                   {"poly", domain::area_shape::poly},
                   {"ellipse", domain::area_shape::ellipse},
                   {"default", domain::area_shape::elsewhere}});
    if (const auto list = json.take_list("coords", json_kind::array, 0, limits::coordinates))
        for (const auto member : list)
            area.coordinates.push_back(
                read_number(json.errors(), member, json.at("coords"), -limits::scale, limits::scale).value_or(0));
    if (area.coordinates.size() != coordinates_of(area.shape, area.coordinates.size()))
        json.error("coords", "has the wrong number of coordinates for this shape");
    area.score = read_score(json, "score");
    json.finish("an area");
    target.areas.push_back(std::move(area));
}

void read_areas(object_reader& rule, domain::scoring_rule& target) {
    if (!rule.need("areas")) return;
    const auto list = rule.take_list("areas", json_kind::array, 1, limits::areas);
    if (!list) return;
    distinct_ids ids;
    for (const auto member : list) {
        object_reader json(rule.errors(), member, rule.at("areas") + "/" + std::to_string(target.areas.size()));
        read_area(json, target, ids);
    }
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
