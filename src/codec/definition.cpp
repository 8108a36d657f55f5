#include "codec/definition.hpp"

#include "codec/definition_parts.hpp"
#include "codec/submission_decoder.hpp"
#include "gradesvc/domain/definition_limits.hpp"

namespace gradesvc::codec {

namespace limits = domain::limits;

namespace {

void read_test_id(object_reader& test, domain::test_definition& definition) {
    const auto member = test.need("test_id");
    if (!member) return;
    if (!member.is(json_kind::integer) && !member.is(json_kind::string))
        return test.error("test_id", "must be a string or an integer");
    const auto id = id_text(member);
    if (auto why = id_error(id, true); !why.empty()) return test.error("test_id", std::move(why));
    definition.test_id = id;
}

domain::test_definition read_test(error_list& errors, json_value root) {
    domain::test_definition definition;
    object_reader test(errors, root, "");
    if (!test) return definition;
    read_test_id(test, definition);
    definition.title = test.localized("title");
    definition.version = test.integer("version", 1, limits::version);
    definition.locale = test.text("locale", limits::locale_length).value_or("");
    definition.time_limit_s = test.integer("time_limit_s", 1, limits::time_limit_s);
    test.word("blank_policy", definition.blank_policy,
              {{"wrong", domain::blank_policy::wrong},
               {"missing", domain::blank_policy::missing},
               {"trailing_missing", domain::blank_policy::trailing_missing}});
    test.boolean("negative_total", definition.negative_total);
    read_scale(test, definition);
    read_ability(test, definition);
    distinct_ids skill_ids;
    read_skills(test, definition, skill_ids);
    read_skill_model(test, definition);
    read_levels(test, definition);
    read_items(test, definition, skill_ids);
    check_grids(test.errors(), definition);
    test.take_list("calibration", json_kind::object, 0, 100); // what `gradesvc calibrate` says about its work
    test.finish("a test definition");
    return definition;
}

} // namespace

readable_definition read_definition(std::string_view json, std::size_t most_errors) {
    if (json.size() > limits::definition_size)
        return {{},
                {{"", "has " + std::to_string(json.size()) + " bytes; at most " +
                          std::to_string(limits::definition_size)}}};
    json_document document;
    if (auto why = document.parse(json); !why.empty()) return {{}, {{"", "the definition is not JSON: " + why}}, true};
    error_list errors(most_errors);
    for (const auto& pointer : document.duplicates()) errors.add(pointer, "repeats a member");
    auto definition = read_test(errors, document.root());
    return {std::move(definition), errors.take()};
}

domain::outcome<domain::test_definition> decode_definition(std::string_view json) {
    auto read = read_definition(json, domain::max_field_errors);
    if (read.malformed) return domain::refusal{domain::errc::malformed, read.errors.front().detail};
    if (read.errors.empty()) return std::move(read.definition);
    return domain::refusal{domain::errc::validation, "the definition is not valid", std::move(read.errors)};
}

} // namespace gradesvc::codec
