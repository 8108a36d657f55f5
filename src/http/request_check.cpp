#include "http/request_check.hpp"

#include "http/header_values.hpp"

#include <boost/url/parse.hpp>

#include <algorithm>

namespace gradesvc::http {
namespace {

domain::refusal malformed(std::string_view detail) { return {domain::errc::malformed, std::string(detail)}; }

std::string_view view(boost::core::string_view text) { return {text.data(), text.size()}; }

bool digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Host is empty or host[:port], no list, no user, no path.
bool valid_host(std::string_view host) {
    if (host.empty()) return true;
    if (host.find_first_of("/@?#, \t\\") != host.npos) return false;
    return boost::urls::parse_uri("http://" + std::string(host) + "/").has_value();
}

std::optional<domain::refusal> check_framing(const request& rq) {
    const auto encodings = rq.count("Transfer-Encoding");
    const auto lengths = rq.count("Content-Length");
    if (encodings > 1) return malformed("Transfer-Encoding is given more than once.");
    if (lengths > 1) return malformed("Content-Length is given more than once.");
    if (encodings == 1 && lengths == 1) return malformed("Both Transfer-Encoding and Content-Length are given.");
    if (encodings == 1 && !rq.http11) return malformed("Transfer-Encoding is not part of HTTP/1.0.");
    if (encodings == 1 && !iequals(*rq.header("Transfer-Encoding"), "chunked"))
        return malformed("The only Transfer-Encoding taken is: chunked.");
    if (lengths == 1 && !digits(*rq.header("Content-Length"))) return malformed("Content-Length is not a number.");
    for (const auto* once : {"Content-Type", "Content-Encoding", "Idempotency-Key", "Authorization"})
        if (rq.count(once) > 1) return malformed(std::string(once) + " is given more than once.");
    return std::nullopt;
}

std::optional<domain::refusal> check_host(const request& rq) {
    const auto hosts = rq.count("Host");
    if (hosts > 1) return malformed("Host is given more than once.");
    if (hosts == 0 && rq.http11) return malformed("Host is missing.");
    if (hosts == 1 && !valid_host(*rq.header("Host")))
        return malformed("Host is not a host name with an optional port.");
    return std::nullopt;
}

/// GET http://host/path: the address must be the one that Host names.
std::optional<domain::refusal> split_absolute(request& rq) {
    const auto parsed = boost::urls::parse_absolute_uri(rq.target);
    if (!parsed || !parsed->has_authority() || parsed->has_userinfo() ||
        (parsed->scheme_id() != boost::urls::scheme::http && parsed->scheme_id() != boost::urls::scheme::https))
        return malformed("The request target is not a path.");
    if (const auto host = rq.header("Host"); host && !iequals(*host, view(parsed->encoded_authority())))
        return malformed("The request target and Host name different hosts.");
    rq.path = view(parsed->encoded_path());
    rq.query = view(parsed->encoded_query());
    if (rq.path.empty()) rq.path = "/";
    return std::nullopt;
}

std::optional<domain::refusal> split_target(request& rq) {
    if (rq.target == "*" && rq.method == "OPTIONS") {
        rq.path = "*";
        return std::nullopt;
    }
    if (!rq.target.starts_with('/')) return split_absolute(rq);
    const auto parsed = boost::urls::parse_origin_form(rq.target);
    if (!parsed) return malformed("The request target is not a valid path and query.");
    rq.path = view(parsed->encoded_path());
    rq.query = view(parsed->encoded_query());
    return std::nullopt;
}

} // namespace

std::optional<domain::refusal> check_request(request& rq) {
    if (auto wrong = check_framing(rq)) return wrong;
    if (auto wrong = check_host(rq)) return wrong;
    return split_target(rq);
}

} // namespace gradesvc::http
