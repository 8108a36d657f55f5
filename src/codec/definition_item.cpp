#include "codec/definition_parts.hpp"
#include "codec/submission_decoder.hpp"
#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>

namespace gradesvc::codec {

namespace limits = domain::limits;
using domain::item_type;

namespace {

// A list of distinct texts: options, targets.
std::vector<std::string> read_options(error_list& errors, json_value list, const std::string& pointer) {
    std::vector<std::string> options;
    if (!list.is(json_kind::array) || list.size() == 0 || list.size() > limits::options) {
        errors.add(pointer, "must be an array of 1 to " + std::to_string(limits::options) + " members");
        return options;
    }
    distinct_ids seen;
    for (const auto member : list) {
        const auto at = pointer + "/" + std::to_string(options.size());
        options.push_back(read_text(errors, member, at, limits::option_length).value_or(""));
        if (!options.back().empty()) seen.add(errors, at, options.back());
    }
    return options;
}

void take_options(object_reader& item, std::string_view name, std::vector<std::string>& target, bool required) {
    const auto list = required ? item.need(name) : item.take(name);
    if (list) target = read_options(item.errors(), list, item.at(name));
}

void read_gaps(object_reader& item, domain::test_item& target) {
    const auto given = item.need("gaps");
    if (!given) return;
    const auto pointer = item.at("gaps");
    if (target.type == item_type::gap_match) {
        for (auto& id : read_options(item.errors(), given, pointer)) target.gaps.push_back({std::move(id), {}});
        return;
    }
    const auto map = item.take_map("gaps", limits::options, limits::id_length);
    if (!map) return;
    if (map.size() == 0) item.error("gaps", "must have at least one member");
    for (const auto member : map) {
        const auto at = domain::pointer_join(pointer, member.key());
        if (auto why = id_error(member.key(), false); !why.empty()) item.errors().add(at, std::move(why));
        target.gaps.push_back({std::string(member.key()), read_options(item.errors(), member, at)});
    }
}

void read_type(object_reader& item, domain::test_item& target) {
    item.word("type", target.type,
              {{"choice", item_type::choice},
               {"inline_choice", item_type::inline_choice},
               {"gap_match", item_type::gap_match},
               {"match", item_type::match},
               {"associate", item_type::associate},
               {"order", item_type::order},
               {"text_entry", item_type::text_entry},
               {"hotspot", item_type::hotspot},
               {"select_point", item_type::select_point},
               {"extended_text", item_type::extended_text},
               {"upload", item_type::upload}});
    const bool one = target.type == item_type::choice || target.type == item_type::text_entry ||
                     target.type == item_type::hotspot || target.type == item_type::extended_text ||
                     target.type == item_type::upload;
    target.cardinality = one                               ? domain::cardinality::single
                         : target.type == item_type::order ? domain::cardinality::ordered
                                                           : domain::cardinality::multiple;
    item.word("cardinality", target.cardinality,
              {{"single", domain::cardinality::single},
               {"multiple", domain::cardinality::multiple},
               {"ordered", domain::cardinality::ordered}});
    const bool ordered = target.cardinality == domain::cardinality::ordered;
    if (ordered != (target.type == item_type::order))
        item.error("cardinality", ordered ? "ordered goes with order items only" : "must be ordered for an order item");
    const bool text = target.type == item_type::text_entry || target.type == item_type::extended_text ||
                      target.type == item_type::upload;
    if (text && target.cardinality == domain::cardinality::multiple)
        item.error("cardinality", "must be single for this type");
}

// The members that only some types have; of the others they are unknown members.
void read_parts(object_reader& item, domain::test_item& target) {
    switch (target.type) {
    case item_type::choice: take_options(item, "options", target.options, false); break;
    case item_type::inline_choice: read_gaps(item, target); break;
    case item_type::gap_match:
        take_options(item, "options", target.options, true);
        read_gaps(item, target);
        break;
    case item_type::match:
        take_options(item, "options", target.options, true);
        take_options(item, "targets", target.targets, true);
        break;
    case item_type::associate:
    case item_type::order: take_options(item, "options", target.options, true); break;
    case item_type::text_entry:
        item.word("base_type", target.base_type,
                  {{"string", domain::base_type::string},
                   {"float", domain::base_type::floating},
                   {"integer", domain::base_type::integer}});
        break;
    case item_type::hotspot:
    case item_type::select_point:
    case item_type::extended_text:
    case item_type::upload: break;
    }
}

bool is_option(const domain::test_item& item, std::string_view text) {
    const auto among = [&](const auto& options) {
        return std::find(options.begin(), options.end(), text) != options.end();
    };
    if (item.type == item_type::inline_choice)
        return std::any_of(item.gaps.begin(), item.gaps.end(), [&](const auto& gap) { return among(gap.options); });
    return item.options.empty() || among(item.options);
}

// Of the types where an option can be chosen wrongly; of the others an unknown member.
void read_misconceptions(object_reader& item, domain::test_item& target) {
    if (target.type != item_type::choice && target.type != item_type::inline_choice &&
        target.type != item_type::gap_match && target.type != item_type::match)
        return;
    const auto list = item.take_map("misconceptions", limits::options, limits::option_length);
    if (!list) return;
    for (const auto member : list) {
        const auto at = domain::pointer_join(item.at("misconceptions"), member.key());
        if (!is_option(target, member.key())) item.errors().add(at, "is not an option");
        target.misconceptions.emplace_back(member.key(), read_localized(item.errors(), member, at));
    }
}

domain::test_item read_item(object_reader& item, distinct_ids& item_ids, const distinct_ids& skill_ids) {
    domain::test_item target;
    if (!item) return target;
    if (const auto id = item.need("item_id"))
        target.item_id = read_id(item.errors(), id, item.at("item_id"), true).value_or("");
    if (!target.item_id.empty()) item_ids.add(item.errors(), item.at("item_id"), target.item_id);
    read_type(item, target);
    read_parts(item, target);
    read_rule(item, target);
    read_correct(item, target);
    item.boolean("cbm", target.cbm);
    read_item_skills(item, target, skill_ids);
    read_irt(item, target);
    read_misconceptions(item, target);
    item.finish("a " + std::string(to_string(target.type)) + " item with rule " +
                std::string(to_string(target.rule.kind)));
    return target;
}

} // namespace

void read_items(object_reader& test, domain::test_definition& definition, const distinct_ids& skill_ids) {
    if (!test.need("items")) return;
    const auto list = test.take_list("items", json_kind::array, 1, limits::items);
    if (!list) return;
    distinct_ids item_ids;
    for (const auto member : list) {
        object_reader item(test.errors(), member, test.at("items") + "/" + std::to_string(definition.items.size()));
        definition.items.push_back(read_item(item, item_ids, skill_ids));
    }
}

} // namespace gradesvc::codec
