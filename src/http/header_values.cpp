#include "http/header_values.hpp"

#include "http/request.hpp"

#include <algorithm>
#include <charconv>
#include <random>

namespace gradesvc::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// The part before the first ';', and the rest after it.
std::pair<std::string_view, std::string_view> split_parameters(std::string_view value) {
    const auto semicolon = value.find(';');
    if (semicolon == value.npos) return {trim(value), {}};
    return {trim(value.substr(0, semicolon)), value.substr(semicolon + 1)};
}

template <class Visit>
void for_each_parameter(std::string_view parameters, Visit visit) {
    while (!parameters.empty()) {
        auto [one, rest] = split_parameters(parameters);
        parameters = rest;
        const auto equals = one.find('=');
        if (equals == one.npos) continue;
        auto value = trim(one.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        visit(trim(one.substr(0, equals)), value);
    }
}

bool utf8_charset(std::string_view parameters) {
    bool fine = true;
    for_each_parameter(parameters, [&](auto name, auto value) {
        if (iequals(name, "charset")) fine = fine && iequals(value, "utf-8");
    });
    return fine;
}

double quality(std::string_view parameters) {
    double found = 1;
    for_each_parameter(parameters, [&](auto name, auto value) {
        if (!iequals(name, "q")) return;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), found);
        if (error != std::errc() || end != value.data() + value.size()) found = 0;
    });
    return std::clamp(found, 0.0, 1.0);
}

bool lower_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool all_zero(std::string_view text) { return text.find_first_not_of('0') == text.npos; }

void append_hex(std::string& out, std::uint64_t bits) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4) out += digits[(bits >> shift) & 15];
}

} // namespace

bool iequals(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_json_type(std::string_view content_type) {
    const auto [type, parameters] = split_parameters(content_type);
    const bool json =
        iequals(type, "application/json") ||
        (type.size() > 5 && iequals(type.substr(type.size() - 5), "+json") && type.find('/') != type.npos);
    return json && utf8_charset(parameters);
}

bool is_ndjson_type(std::string_view content_type) {
    const auto [type, parameters] = split_parameters(content_type);
    return (iequals(type, "application/x-ndjson") || iequals(type, "application/ndjson") ||
            iequals(type, "application/json")) &&
           utf8_charset(parameters);
}

double accept_quality(std::optional<std::string_view> accept, std::string_view type) {
    if (!accept || trim(*accept).empty()) return 1;
    const auto family = type.substr(0, type.find('/'));
    double best = 0;
    int precision = 0; // of the range that gave `best`: the most precise one counts
    for_each_element(*accept, [&](std::string_view element) {
        const auto [range, parameters] = split_parameters(element);
        int level = 0;
        if (iequals(range, type))
            level = 3;
        else if (range.ends_with("/*") && iequals(range.substr(0, range.size() - 2), family))
            level = 2;
        else if (range == "*/*")
            level = 1;
        if (level == 0 || level < precision) return;
        best = level > precision ? quality(parameters) : std::max(best, quality(parameters));
        precision = level;
    });
    return best;
}

std::optional<long> prefer_wait(std::optional<std::string_view> prefer) {
    std::optional<long> found;
    if (!prefer) return found;
    for_each_element(*prefer, [&](std::string_view element) {
        for_each_parameter(element, [&](auto name, auto value) {
            long seconds = 0;
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
            if (iequals(name, "wait") && !found && error == std::errc() && end == value.data() + value.size() &&
                seconds >= 0)
                found = seconds;
        });
    });
    return found;
}

bool lists_etag(std::string_view header, std::string_view hash) {
    bool listed = trim(header) == "*";
    for_each_element(header, [&](std::string_view tag) {
        if (tag.starts_with("W/")) tag.remove_prefix(2);
        if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
        listed = listed || tag == hash;
    });
    return listed;
}

bool valid_traceparent(std::string_view text) {
    return text.size() == 55 && text.starts_with("00-") && text[35] == '-' && text[52] == '-' &&
           lower_hex(text.substr(3, 32)) && !all_zero(text.substr(3, 32)) && lower_hex(text.substr(36, 16)) &&
           !all_zero(text.substr(36, 16)) && lower_hex(text.substr(53, 2));
}

std::string new_traceparent() {
    thread_local std::mt19937_64 random = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    std::string text;
    text.reserve(55);
    text += "00-";
    append_hex(text, random());
    append_hex(text, random() | 1);
    text += '-';
    append_hex(text, random() | 1);
    text += "-00";
    return text;
}

std::string_view trace_id_of(std::string_view traceparent) {
    return traceparent.size() == 55 ? traceparent.substr(3, 32) : std::string_view();
}

} // namespace gradesvc::http
