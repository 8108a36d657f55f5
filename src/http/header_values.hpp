// What the values of header fields say. Pure; nothing here throws on odd input.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::http {

std::string_view trim(std::string_view); ///< spaces and tabs at both ends

/// Calls `visit` with each trimmed element of a comma-separated list, outside quoted strings.
template <class Visit>
void for_each_element(std::string_view list, Visit visit) {
    std::size_t start = 0;
    bool quoted = false;
    for (std::size_t i = 0; i <= list.size(); ++i) {
        if (i < list.size() && list[i] == '"') quoted = !quoted;
        if (i < list.size() && (quoted || list[i] != ',')) continue;
        if (auto element = trim(list.substr(start, i - start)); !element.empty()) visit(element);
        start = i + 1;
    }
}

/// Content-Type: application/json or any +json, with no other charset than UTF-8.
bool is_json_type(std::string_view content_type);
bool is_ndjson_type(std::string_view content_type);

/// How much `accept` wants `type` (such as "application/json"): 0 = not at all, up to 1. No header = everything.
double accept_quality(std::optional<std::string_view> accept, std::string_view type);

/// The seconds of `Prefer: wait=N`, if it is there and a number.
std::optional<long> prefer_wait(std::optional<std::string_view> prefer);

/// Whether an If-None-Match lists the entity tag `hash` (given without quotes), or is `*`.
bool lists_etag(std::string_view header, std::string_view hash);

/// A W3C traceparent of version 00 with ids that are not all zero.
bool valid_traceparent(std::string_view);
std::string new_traceparent(); ///< a fresh trace, not sampled
std::string_view trace_id_of(std::string_view traceparent);

} // namespace gradesvc::http
