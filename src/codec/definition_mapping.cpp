#include "codec/definition_parts.hpp"
#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>

namespace gradesvc::codec {

namespace limits = domain::limits;
using domain::item_type;

namespace {

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
        if (auto text = read_text(errors, member, pointer + "/" + std::to_string(mapped.size()), limits::option_length))
            mapped.push_back(std::move(*text));
    if (mapped.size() != 2) mapped.clear();
    return mapped;
}

void add_mapping(error_list& errors, const std::string& pointer, const domain::test_item& target,
                 std::vector<domain::map_entry>& mapping, domain::map_entry entry) {
    const auto& options = target.options;
    if (entry.value.empty()) return;
    if (entry.value.size() == 2 && !is_pair_of(target, entry.value[0], entry.value[1]))
        errors.add(pointer, "is not a pair of this item");
    if (entry.value.size() == 1 && !options.empty() &&
        std::find(options.begin(), options.end(), entry.value[0]) == options.end())
        errors.add(pointer, "is not an option");
    const auto same = [&](const domain::map_entry& other) {
        return other.value == entry.value || (target.type == item_type::associate && other.value[0] == entry.value[1] &&
                                              other.value[1] == entry.value[0]);
    };
    if (std::any_of(mapping.begin(), mapping.end(), same)) errors.add(pointer, "is mapped already");
    mapping.push_back(std::move(entry));
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

} // namespace

void read_mapping(object_reader& rule, domain::test_item& target) {
    const auto given = rule.take("mapping");
    if (!given) return;
    auto& mapping = target.rule.mapping.emplace();
    const bool object = given.is(json_kind::object) && target.type == item_type::choice;
    if ((!object && !given.is(json_kind::array)) || given.size() == 0 || given.size() > limits::pairs)
        rule.error("mapping", "must map 1 to " + std::to_string(limits::pairs) + " values to scores");
    else if (!object)
        read_mapping_array(rule, given, target, mapping);
    else if (rule.take_map("mapping", limits::pairs, limits::option_length))
        read_mapping_object(rule, given, target, mapping);
}

} // namespace gradesvc::codec
