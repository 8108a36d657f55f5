#include "codec/definition_parts.hpp"
#include "codec/text.hpp"
#include "domain/number_range.hpp"
#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>

namespace gradesvc::codec {

namespace limits = domain::limits;
using domain::item_type;
using domain::rule_kind;

namespace {

bool contains(const std::vector<std::string>& options, std::string_view option) {
    return std::find(options.begin(), options.end(), option) != options.end();
}

// Calls f(member, pointer) for each member of a list, or for the one value that stands for a list of one.
template <class F>
void each_member(object_reader& item, json_value given, std::size_t max, F f) {
    const auto pointer = item.at("correct");
    if (!given.is(json_kind::array)) return f(given, pointer);
    if (given.size() == 0 || given.size() > max)
        return item.error("correct", "must have 1 to " + std::to_string(max) + " members");
    std::size_t index = 0;
    for (const auto member : given) f(member, pointer + "/" + std::to_string(index++));
}

void read_correct_options(object_reader& item, json_value given, domain::test_item& target) {
    auto& errors = item.errors();
    distinct_ids seen;
    each_member(item, given, limits::options, [&](json_value member, const std::string& at) {
        auto option = read_text(errors, member, at, limits::option_length);
        if (!option || !seen.add(errors, at, *option)) return;
        if (!target.options.empty() && !contains(target.options, *option)) errors.add(at, "is not an option");
        target.correct.options.push_back(std::move(*option));
    });
    const auto count = target.correct.options.size();
    if (target.type == item_type::order && count != target.options.size())
        item.error("correct", "must have every option once");
    if (target.type == item_type::choice && target.cardinality == domain::cardinality::single && count > 1 &&
        target.rule.kind == rule_kind::match_correct)
        item.error("correct", "a single choice has one correct option");
}

void read_correct_pairs(object_reader& item, json_value given, domain::test_item& target) {
    auto& errors = item.errors();
    if (!given.is(json_kind::array)) return item.error("correct", "must be an array of pairs");
    each_member(item, given, limits::pairs, [&](json_value member, const std::string& at) {
        std::vector<std::string> ends;
        if (member.is(json_kind::array) && member.size() == 2)
            for (const auto end : member)
                if (end.is(json_kind::string)) ends.emplace_back(end.text());
        if (ends.size() != 2) return errors.add(at, "must be a pair of strings");
        std::pair<std::string, std::string> pair(std::move(ends[0]), std::move(ends[1]));
        auto& pairs = target.correct.pairs;
        if (!is_pair_of(target, pair.first, pair.second)) errors.add(at, "is not a pair of this item");
        const auto repeats = [&](const auto& other) {
            return other == pair ||
                   (target.type == item_type::associate && other.first == pair.second && other.second == pair.first);
        };
        if (std::any_of(pairs.begin(), pairs.end(), repeats)) errors.add(at, "repeats a pair");
        pairs.push_back(std::move(pair));
    });
}

std::string read_fraction(object_reader& key) {
    auto fraction = key.exact("fraction");
    if (!fraction) return "1";
    if (fraction->value < 0 || fraction->value > 1) key.error("fraction", "must be from 0 to 1");
    return std::move(fraction->text);
}

// `*` that are not `\*`.
std::size_t wildcards_in(std::string_view pattern) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (pattern[i] == '*' && (i == 0 || pattern[i - 1] != '\\')) ++count;
    return count;
}

void read_text_key(object_reader& item, json_value member, const std::string& at, domain::test_item& target) {
    auto& errors = item.errors();
    domain::text_key key;
    if (!member.is(json_kind::object)) {
        key.value = read_text(errors, member, at, limits::key_length).value_or("");
    } else {
        object_reader json(errors, member, at);
        if (json.need("value")) key.value = json.text("value", limits::key_length).value_or("");
        json.boolean("wildcard", key.wildcard);
        json.boolean("case_sensitive", key.case_sensitive);
        key.fraction = read_fraction(json);
        if (key.wildcard && wildcards_in(key.value) > limits::wildcards)
            json.error("value", "has more than " + std::to_string(limits::wildcards) + " wildcards");
        json.finish("a text key");
    }
    target.correct.texts.push_back(std::move(key));
}

void check_count(object_reader& key, std::string_view name, const exact_number& number, long min) {
    if (denominator(number.value) != 1 || number.value < min || number.value > limits::key_digits)
        key.error(name, "must be an integer from " + std::to_string(min) + " to " + std::to_string(limits::key_digits));
}

void read_tolerance(object_reader& json, domain::numeric_key& key) {
    const auto given = json.take("tol");
    const bool rounding = key.type == domain::tolerance_type::sigfig || key.type == domain::tolerance_type::decimals;
    if (!given) {
        if (rounding) json.error("tol", "is missing: how many digits count");
        return;
    }
    if (key.type == domain::tolerance_type::range) return json.error("tol", "a range has no tolerance");
    std::vector<exact_number> bounds;
    const auto add = [&](json_value value, const std::string& at) {
        auto number = read_exact(json.errors(), value, at);
        if (number && number->value < 0) json.errors().add(at, "must not be negative");
        if (number) bounds.push_back(std::move(*number));
    };
    if (!given.is(json_kind::array))
        add(given, json.at("tol"));
    else if (key.type != domain::tolerance_type::percent || given.size() != 2)
        return json.error("tol", "must be one number; only percent takes two");
    else
        for (const auto member : given) add(member, json.at("tol"));
    if (bounds.empty()) return;
    key.tolerance = bounds[0].text;
    if (bounds.size() == 2) key.upper_tolerance = bounds[1].text;
    if (rounding) check_count(json, "tol", bounds[0], key.type == domain::tolerance_type::sigfig ? 1 : 0);
}

void read_numeric_value(object_reader& json, domain::numeric_key& key) {
    const auto value = json.need("value");
    if (!value) return;
    if (key.type != domain::tolerance_type::range) {
        if (auto number = json.exact("value")) key.value = std::move(number->text);
    } else if (value.is(json_kind::string) && domain::parse_range(value.text())) {
        key.value = value.text();
    } else {
        json.error("value", "must be a range like \"[9.7,9.9)\" whose ends ascend");
    }
}

void read_numeric_key(object_reader& item, json_value member, const std::string& at, domain::test_item& target) {
    using domain::tolerance_type;
    domain::numeric_key key;
    if (!member.is(json_kind::object)) {
        if (auto number = read_exact(item.errors(), member, at)) key.value = std::move(number->text);
    } else {
        object_reader json(item.errors(), member, at);
        json.word("tol_type", key.type,
                  {{"absolute", tolerance_type::absolute},
                   {"relative", tolerance_type::relative},
                   {"percent", tolerance_type::percent},
                   {"geometric", tolerance_type::geometric},
                   {"range", tolerance_type::range},
                   {"sigfig", tolerance_type::sigfig},
                   {"decimals", tolerance_type::decimals}});
        read_numeric_value(json, key);
        read_tolerance(json, key);
        key.fraction = read_fraction(json);
        json.finish("a numeric key");
    }
    target.correct.numbers.push_back(std::move(key));
}

void read_units(object_reader& item, domain::unit_rules& target) {
    if (const auto list = item.take_map("units", limits::units, limits::unit_length))
        for (const auto member : list) {
            const auto at = domain::pointer_join(item.at("units"), member.key());
            const char first = member.key().empty() ? '0' : member.key().front();
            if (is_blank(member.key()) || (first >= '0' && first <= '9')) item.errors().add(at, "is not a unit");
            auto factor = read_exact(item.errors(), member, at);
            if (factor && factor->value <= 0) item.errors().add(at, "must be more than 0");
            if (factor) target.factors.emplace_back(member.key(), std::move(factor->text));
        }
    item.boolean("unit_required", target.required);
    if (auto penalty = item.exact("unit_penalty")) {
        if (penalty->value < 0 || penalty->value > 1) item.error("unit_penalty", "must be from 0 to 1");
        target.penalty = std::move(penalty->text);
    }
    item.word("unit_penalty_of", target.penalty_of,
              {{"mark", domain::penalty_base::mark}, {"max", domain::penalty_base::max}});
    if (target.required && target.factors.empty()) item.error("unit_required", "needs units to choose from");
}

} // namespace

bool is_pair_of(const domain::test_item& item, std::string_view source, std::string_view target) {
    const auto gap =
        std::find_if(item.gaps.begin(), item.gaps.end(), [&](const auto& g) { return g.gap_id == target; });
    switch (item.type) {
    case item_type::inline_choice: return gap != item.gaps.end() && contains(gap->options, source);
    case item_type::gap_match: return gap != item.gaps.end() && contains(item.options, source);
    case item_type::match: return contains(item.options, source) && contains(item.targets, target);
    default: return contains(item.options, source) && contains(item.options, target);
    }
}

void read_correct(object_reader& item, domain::test_item& target) {
    const auto kind = target.rule.kind;
    if (kind == rule_kind::numeric) {
        item.boolean("decimal_comma", target.decimal_comma);
        read_units(item, target.units);
    }
    if (kind == rule_kind::map_response_point || kind == rule_kind::external) return;
    const bool optional = kind == rule_kind::map_response && target.rule.mapping;
    const auto given = optional ? item.take("correct") : item.need("correct");
    if (!given || (optional && given.is(json_kind::array) && given.size() == 0)) return;
    switch (target.type) {
    case item_type::choice:
    case item_type::order: return read_correct_options(item, given, target);
    case item_type::inline_choice:
    case item_type::gap_match:
    case item_type::match:
    case item_type::associate: return read_correct_pairs(item, given, target);
    case item_type::text_entry:
        if (kind == rule_kind::numeric || kind == rule_kind::text)
            return each_member(item, given, limits::keys, [&](json_value member, const std::string& at) {
                kind == rule_kind::numeric ? read_numeric_key(item, member, at, target)
                                           : read_text_key(item, member, at, target);
            });
        break;
    case item_type::hotspot:
    case item_type::select_point:
    case item_type::extended_text:
    case item_type::upload: break;
    }
}

} // namespace gradesvc::codec
