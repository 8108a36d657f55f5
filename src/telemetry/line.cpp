#include "telemetry/line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace gradesvc::telemetry {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

/// Length of the well-formed UTF-8 sequence at the start of `text` (not empty), 0 if there is none.
std::size_t sequence_length(std::string_view text) {
    const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continues = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const unsigned lead = at(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
    if ((lead & 0xF0U) == 0xE0U) {
        const bool overlong = lead == 0xE0 && at(1) < 0xA0;
        const bool surrogate = lead == 0xED && at(1) > 0x9F;
        return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const bool overlong = lead == 0xF0 && at(1) < 0x90;
        const bool beyond = lead == 0xF4 && at(1) > 0x8F;
        return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

void append_control(std::string& out, unsigned char c) {
    static constexpr std::string_view hex = "0123456789abcdef";
    switch (c) {
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default:
        out += "\\u00";
        out += hex[c >> 4U];
        out += hex[c & 0xFU];
    }
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const auto c = static_cast<unsigned char>(text.front());
        const std::size_t length = sequence_length(text);
        if (c == '"' || c == '\\')
            (out += '\\') += text.front();
        else if (c < 0x20 || c == 0x7F)
            append_control(out, c);
        else if (length == 0)
            out += replacement;
        else
            out += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out += '"';
}

template <class Number>
void append_number(std::string& out, Number value) {
    std::array<char, 32> buffer;
    out.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
}

struct appender {
    std::string& out;
    bool json;

    void operator()(std::string_view text) const {
        const auto plain = [](char c) { return c > ' ' && c < '\x7F' && c != '"' && c != '=' && c != '\\'; };
        if (json || text.empty() || !std::all_of(text.begin(), text.end(), plain))
            append_quoted(out, text);
        else
            out += text;
    }
    void operator()(std::int64_t value) const { append_number(out, value); }
    void operator()(double value) const {
        if (std::isfinite(value))
            append_number(out, value);
        else
            out += "null";
    }
    void operator()(bool value) const { out += value ? "true" : "false"; }
};

} // namespace

std::string json_members(std::string_view event, std::initializer_list<field> fields) {
    std::string out = "\"event\":";
    append_quoted(out, event);
    for (const field& f : fields) {
        out += ',';
        append_quoted(out, f.key);
        out += ':';
        std::visit(appender{out, true}, f.value);
    }
    return out;
}

std::string text_line(std::string_view event, std::initializer_list<field> fields) {
    std::string out;
    for (const char c : event) // an event is written by us, but a line must stay a line
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    for (const field& f : fields) {
        out += ' ';
        out += f.key;
        out += '=';
        std::visit(appender{out, false}, f.value);
    }
    return out;
}

} // namespace gradesvc::telemetry
