#include "codec/definition.hpp"
#include "codec/json_document.hpp"
#include "codec/sha256.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace gradesvc::codec {

namespace {

using json_value = json_document::value;

void parse(json_document& document, std::string_view json) {
    if (!document.parse(json).empty() || !document.root().is(json_kind::object))
        throw std::invalid_argument("not a test definition");
}

std::vector<json_value> sorted_members(json_value object) {
    std::vector<json_value> members;
    for (const auto member : object) members.push_back(member);
    std::stable_sort(members.begin(), members.end(), [](auto a, auto b) { return a.key() < b.key(); });
    return members;
}

// Writes `"name":`, with a comma before all but the first member of an object.
void append_name(std::string& out, std::string_view name) {
    if (out.back() != '{') out += ',';
    append_json_string(out, name);
    out += ':';
}

bool gives_answers_away(std::string_view member) {
    return member == "correct" || member == "rule" || member == "irt" || member == "irt_se" ||
           member == "misconceptions" || member == "units"; // those of a key are the key's
}

void append_public_items(std::string& out, json_value items) {
    out += '[';
    for (const auto item : items) {
        if (out.back() != '[') out += ',';
        out += '{';
        for (const auto member : sorted_members(item)) {
            if (gives_answers_away(member.key())) continue;
            append_name(out, member.key());
            append_canonical(out, member);
        }
        out += '}';
    }
    out += ']';
}

} // namespace

std::string store_definition(std::string_view json, std::int64_t version) {
    json_document document;
    parse(document, json);
    std::string out = "{";
    bool written = false;
    const auto append_version = [&] {
        append_name(out, "version");
        out += std::to_string(version);
        written = true;
    };
    for (const auto member : sorted_members(document.root())) {
        if (!written && member.key() >= "version") append_version();
        if (member.key() == "version") continue;
        append_name(out, member.key());
        append_canonical(out, member);
    }
    if (!written) append_version();
    out += '}';
    return out;
}

std::string definition_sha256(std::string_view json) {
    json_document document;
    parse(document, json);
    std::string canonical;
    append_canonical(canonical, document.root(), "version");
    return sha256_hex(canonical);
}

std::string public_definition(std::string_view json) {
    json_document document;
    parse(document, json);
    std::string out = "{";
    for (const auto member : sorted_members(document.root())) {
        if (member.key() == "calibration") continue;
        append_name(out, member.key());
        if (member.key() == "items" && member.is(json_kind::array))
            append_public_items(out, member);
        else
            append_canonical(out, member);
    }
    out += '}';
    return out;
}

} // namespace gradesvc::codec
