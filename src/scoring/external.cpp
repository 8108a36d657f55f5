#include "scoring/external.hpp"

#include "gradesvc/domain/definition_limits.hpp"
#include "scoring/point_limits.hpp"

#include <algorithm>
#include <string_view>

namespace gradesvc::scoring {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// scheme ":" and what must not be empty, without white space, controls and the delimiters of RFC 3986's appendix C.
bool is_uri(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == text.npos || colon == 0 || colon + 1 == text.size() || !is_letter(text.front())) return false;
    const auto scheme = text.substr(0, colon);
    return std::all_of(
               scheme.begin(), scheme.end(),
               [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; }) &&
           std::none_of(text.begin(), text.end(), [](char c) {
               return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"';
           });
}

} // namespace

external_rule::external_rule(const domain::test_item& item, point_units& units)
    : upload_(item.type == domain::item_type::upload), full_(units(max_of(item))) {}

answer_fault external_rule::check(const domain::answer_value& answer) const {
    if (answer.what != domain::answer_value::kind::text)
        return {upload_ ? "must be a URI, a string" : "must be a string"};
    if (!upload_) return {};
    if (answer.text.size() > domain::limits::resource_length) return {"is too long for a URI"};
    return {is_uri(answer.text) ? "" : "must be a URI"};
}

} // namespace gradesvc::scoring
