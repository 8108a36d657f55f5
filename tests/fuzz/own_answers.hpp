// A submission that answers each item of a definition as its key says, as JSON.
#pragma once

#include "codec/json_document.hpp"
#include "codec/text.hpp"
#include "gradesvc/domain/test_definition.hpp"

#include <string>
#include <string_view>

namespace gradesvc::fuzz {

inline void append_list(std::string& json, std::string_view text) {
    if (json.back() != '[') json += ',';
    codec::append_json_string(json, text);
}

inline void append_own_answer(std::string& json, const domain::test_item& item) {
    using domain::item_type;
    const auto& key = item.correct;
    switch (item.type) {
    case item_type::text_entry:
        return codec::append_json_string(json, !key.texts.empty() ? key.texts[0].value : key.numbers[0].value);
    case item_type::extended_text:
    case item_type::upload: return codec::append_json_string(json, "urn:x");
    default: break;
    }
    const auto& areas = item.rule.areas;
    json += '[';
    for (const auto& option : key.options) append_list(json, option);
    for (const auto& [source, target] : key.pairs) {
        if (json.back() != '[') json += ',';
        append_list(json += '[', source);
        append_list(json, target);
        json += ']';
    }
    if (!areas.empty() && areas[0].coordinates.size() > 1) {
        codec::append_number(json, areas[0].coordinates[0]);
        codec::append_number(json += ',', areas[0].coordinates[1]);
    }
    json += ']';
}

inline std::string own_answers(const domain::test_definition& definition) {
    std::string json = R"({"user_id":1,"test_id":)";
    codec::append_json_string(json, definition.test_id);
    json += R"(,"answers":{)";
    for (const auto& item : definition.items) {
        if (json.back() != '{') json += ',';
        codec::append_json_string(json, item.item_id);
        append_own_answer(json += ':', item);
    }
    return json += "}}";
}

} // namespace gradesvc::fuzz
