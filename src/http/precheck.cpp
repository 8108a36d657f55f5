#include "http/precheck.hpp"

#include "http/header_values.hpp"

namespace gradesvc::http {
namespace {

using domain::errc;

response with_headers(response answer, std::string headers) {
    answer.headers += headers;
    return answer;
}

std::optional<response> check_route(const exchange& ex) {
    if (ex.match.found != nullptr) return std::nullopt;
    const bool options = ex.rq.method == "OPTIONS";
    const auto allow = options && ex.rq.path == "*" ? ex.env.routes.all_methods() : ex.match.allow;
    if (allow.empty()) return ex.refuse({errc::not_found, "There is nothing at this address."});
    if (options) return with_headers({.status = 204}, "Allow: " + allow + "\r\n");
    const std::string detail = "The method " + std::string(ex.rq.method) + " is not one of: " + allow + ".";
    return with_headers(ex.refuse({errc::method_not_allowed, detail}), "Allow: " + allow + "\r\n");
}

std::optional<response> check_media(const exchange& ex) {
    const auto takes_body = ex.match.found->body;
    if (takes_body == takes::nothing) return std::nullopt;
    if (const auto encoding = ex.rq.header("Content-Encoding"); encoding && !iequals(*encoding, "identity"))
        return with_headers(ex.refuse({errc::unsupported_media_type, "No Content-Encoding is taken."}),
                            "Accept-Encoding: identity\r\n");
    const auto type = ex.rq.header("Content-Type");
    if (!type) return std::nullopt;
    if (takes_body == takes::json && !is_json_type(*type))
        return ex.refuse({errc::unsupported_media_type, "The body must be application/json in UTF-8."});
    if (takes_body == takes::ndjson && !is_ndjson_type(*type))
        return ex.refuse({errc::unsupported_media_type, "The body must be application/x-ndjson in UTF-8."});
    return std::nullopt;
}

std::optional<response> check_accept(const exchange& ex) {
    const auto accept = ex.rq.header("Accept");
    const auto gives_body = ex.match.found->answer;
    if (!accept || gives_body == gives::anything) return std::nullopt;
    const std::string_view type = gives_body == gives::json ? "application/json" : "application/x-ndjson";
    if (accept_quality(accept, type) > 0) return std::nullopt;
    if (gives_body == gives::ndjson && accept_quality(accept, "application/json") > 0) return std::nullopt;
    return ex.refuse({errc::not_acceptable, "The answer is " + std::string(type) + "."});
}

} // namespace

domain::refusal body_too_large(std::size_t limit) {
    return {errc::too_large, "The body is longer than " + std::to_string(limit) + " bytes."};
}

std::optional<response> precheck(const exchange& ex) {
    if (auto answer = check_route(ex)) return answer;
    if (auto answer = check_media(ex)) return answer;
    const auto limit = ex.env.bounds.max_body;
    if (ex.match.found->body != takes::ndjson && ex.rq.content_length.value_or(0) > limit)
        return ex.refuse(body_too_large(limit));
    return check_accept(ex);
}

} // namespace gradesvc::http
