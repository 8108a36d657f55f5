#include "http/problem.hpp"

#include <array>

namespace gradesvc::http {
namespace {

using domain::errc;

// In the order of errc.
constexpr std::array<problem_type, 17> table{{
    {errc::malformed, 400, "malformed", "Malformed request",
     "The request is not correct HTTP, or its body is not JSON: not UTF-8, nested too deeply, or cut off."},
    {errc::unauthorized, 401, "unauthorized", "Not authenticated",
     "The request carries no valid credentials. Send an API key or a token as Authorization: Bearer."},
    {errc::forbidden, 403, "forbidden", "Not allowed", "The credentials are valid, but lack the scope for this."},
    {errc::not_found, 404, "not-found", "Not found",
     "There is nothing at this address. A submission is found here as soon as it has been accepted."},
    {errc::method_not_allowed, 405, "method-not-allowed", "Method not allowed",
     "The address exists, but not for this method. The header Allow names those it takes."},
    {errc::not_acceptable, 406, "not-acceptable", "Not acceptable",
     "The header Accept allows none of the media types that this address can answer with."},
    {errc::conflict, 409, "conflict", "Conflict",
     "The request contradicts what is stored, for example a version that exists with other content."},
    {errc::precondition_failed, 412, "precondition-failed", "Precondition failed",
     "If-Match names another version than the one that is stored. Read it again and repeat the change."},
    {errc::too_large, 413, "too-large", "Too large", "The body is larger than this service takes."},
    {errc::unsupported_media_type, 415, "unsupported-media-type", "Unsupported media type",
     "The body has a Content-Type or Content-Encoding that this address does not take. Send plain JSON in UTF-8."},
    {errc::validation, 422, "validation", "Validation failed",
     "The request was understood, but its content is wrong. errors names every place with a JSON pointer."},
    {errc::unknown_test, 422, "unknown-test", "Unknown test",
     "No test of that id, or no such version of it, has been published."},
    {errc::idempotency_key_reused, 422, "idempotency-key-reused", "Idempotency key used twice",
     "The same key of the same user and test was sent before with other content."},
    {errc::too_many_requests, 429, "too-many-requests", "Too many requests",
     "The limit of requests is reached. Try again after the time in Retry-After."},
    {errc::headers_too_large, 431, "headers-too-large", "Header fields too large",
     "The request line and header fields together are longer than this service takes."},
    {errc::internal, 500, "internal", "Internal error",
     "Something went wrong on this side. The trace_id finds it in the log of the service."},
    {errc::overloaded, 503, "overloaded", "Overloaded",
     "The service cannot take this now: too much at once, or the log behind it is away. Nothing was stored; "
     "try again after the time in Retry-After."},
}};

/// Length of the valid UTF-8 sequence at the start of `text`, 0 if there is none.
std::size_t utf8_length(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = at(0);
    if (first < 0x80) return 1;
    std::size_t length = 0;
    unsigned char low = 0x80, high = 0xBF; // bounds of the second byte
    if (first >= 0xC2 && first <= 0xDF)
        length = 2;
    else if (first >= 0xE0 && first <= 0xEF)
        length = 3;
    else if (first >= 0xF0 && first <= 0xF4)
        length = 4;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
    if (length == 0 || text.size() < length || at(1) < low || at(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if ((at(i) & 0xC0) != 0x80) return 0;
    return length;
}

void append_escaped(std::string& out, char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20) {
        out += c;
        return;
    }
    out += "\\u00";
    out += hex[byte >> 4];
    out += hex[byte & 15];
}

} // namespace

std::span<const problem_type> problem_types() { return table; }

const problem_type& problem_of(domain::errc code) { return table[static_cast<std::size_t>(code)]; }

const problem_type* find_problem(std::string_view name) {
    for (const auto& type : table)
        if (type.name == name) return &type;
    return nullptr;
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0)
            out += "\xEF\xBF\xBD";
        else if (length == 1)
            append_escaped(out, text.front());
        else
            out += text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

std::string problem_json(const domain::refusal& why, std::string_view instance, std::string_view trace_id) {
    const auto& type = problem_of(why.code);
    const bool silent = why.code == errc::internal;
    std::string out = R"({"type":"/problems/)";
    out.append(type.name).append(R"(","title":")").append(type.title);
    out.append(R"(","status":)").append(std::to_string(type.status)).append(R"(,"detail":)");
    if (silent || why.detail.empty())
        out += "null";
    else
        append_json_string(out, why.detail);
    out += R"(,"instance":)";
    if (instance.empty())
        out += "null";
    else
        append_json_string(out, instance);
    out += R"(,"errors":[)";
    for (std::size_t i = 0; !silent && i < why.errors.size() && i < domain::max_field_errors; ++i) {
        out += i == 0 ? R"({"pointer":)" : R"(,{"pointer":)";
        append_json_string(out, why.errors[i].pointer);
        out += R"(,"detail":)";
        append_json_string(out, why.errors[i].detail);
        out += '}';
    }
    out += R"(],"trace_id":)";
    append_json_string(out, trace_id);
    out += '}';
    return out;
}

response problem_response(const domain::refusal& why, std::string_view instance, std::string_view trace_id) {
    response answer;
    answer.status = problem_of(why.code).status;
    answer.content_type = "application/problem+json";
    answer.body = problem_json(why, instance, trace_id);
    if (why.code == errc::overloaded || why.code == errc::too_many_requests) {
        const auto after = why.retry_after.value_or(std::chrono::seconds(1));
        answer.headers = "Retry-After: " + std::to_string(after.count()) + "\r\n";
    }
    return answer;
}

} // namespace gradesvc::http
