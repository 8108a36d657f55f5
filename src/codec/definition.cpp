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
    if (const auto number = member.as_int())
        definition.test_id = std::to_string(*number);
    else if (member.is(json_kind::string))
        definition.test_id = read_id(test.errors(), member, test.at("test_id"), true).value_or("");
    else
        test.error("test_id", "must be a string or an integer");
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
    test.take_list("calibration", json_kind::object, 0, 100); // what `gradesvc calibrate` says about its work
    test.finish("a test definition");
    return definition;
}

} // namespace

domain::outcome<domain::test_definition> decode_definition(std::string_view json) {
    json_document document;
    if (auto why = document.parse(json); !why.empty())
        return domain::refusal{domain::errc::malformed, "the definition is not JSON: " + why};
    error_list errors;
    for (const auto& pointer : document.duplicates()) errors.add(pointer, "repeats a member");
    auto definition = read_test(errors, document.root());
    if (errors.empty()) return definition;
    return domain::refusal{domain::errc::validation, "the definition is not valid", errors.take()};
}

} // namespace gradesvc::codec
