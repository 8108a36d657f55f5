#include "audit/json_difference.hpp"

#include "codec/text.hpp"
#include "gradesvc/domain/errc.hpp"

namespace gradesvc::audit {

namespace {

using value = codec::json_document::value;

constexpr std::size_t max_shown = 80; // bytes of a value

std::string shown(value v) {
    std::string text;
    if (v.is(codec::json_kind::object) || v.is(codec::json_kind::array) || v.is(codec::json_kind::string))
        codec::append_canonical(text, v);
    else
        text = v.is(codec::json_kind::null) ? "null" : std::string(v.text());
    if (text.size() <= max_shown) return text;
    return std::string(codec::cut(text, max_shown)) + "…";
}

std::optional<json_difference> at(const std::string& pointer, value left, value right) {
    return json_difference{pointer, left ? shown(left) : std::string(), right ? shown(right) : std::string()};
}

std::optional<json_difference> compare(const std::string& pointer, value left, value right);

std::optional<json_difference> compare_members(const std::string& pointer, value left, value right) {
    const bool named = left.is(codec::json_kind::object);
    std::size_t index = 0;
    auto r = right.begin();
    const auto join = [&](value v) { return domain::pointer_join(pointer, named ? v.key() : std::to_string(index)); };
    for (const auto l : left) {
        if (r == right.end()) return at(join(l), l, {});
        if (named && l.key() != (*r).key()) return at(join(l), l, right.find(l.key()));
        if (auto found = compare(join(l), l, *r)) return found;
        ++r;
        ++index;
    }
    if (r != right.end()) return at(join(*r), {}, *r);
    return std::nullopt;
}

std::optional<json_difference> compare(const std::string& pointer, value left, value right) {
    if (left.kind() != right.kind()) return at(pointer, left, right);
    if (left.is(codec::json_kind::object) || left.is(codec::json_kind::array))
        return compare_members(pointer, left, right);
    if (left.text() != right.text()) return at(pointer, left, right);
    return std::nullopt;
}

} // namespace

std::optional<json_difference> first_difference(value left, value right) { return compare("", left, right); }

} // namespace gradesvc::audit
