// A request as handlers see it, and what they answer. Views point into the session and live until the answer is
// written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::http {

bool iequals(std::string_view, std::string_view);

struct header_field {
    std::string_view name;
    std::string_view value;
};

struct request {
    std::string_view method;
    std::string_view target; ///< as sent
    std::string_view path;   ///< of the target, still percent-encoded
    std::string_view query;  ///< of the target, still percent-encoded, without '?'
    bool http11 = true;
    bool keep_alive = true;
    bool chunked = false;
    std::optional<std::uint64_t> content_length = {};
    std::vector<header_field> headers = {};
    std::string_view body = {};

    std::optional<std::string_view> header(std::string_view name) const {
        for (const auto& field : headers)
            if (iequals(field.name, name)) return field.value;
        return std::nullopt;
    }
    std::size_t count(std::string_view name) const {
        std::size_t found = 0;
        for (const auto& field : headers) found += iequals(field.name, name);
        return found;
    }
    bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

struct response {
    int status = 200;
    std::string_view content_type = "application/json"; ///< static text
    std::string body = {};
    std::string headers = {}; ///< more of them: whole lines with CRLF
    bool close = false;       ///< end the connection after this
    bool streamed = false;    ///< written already by the handler
};

} // namespace gradesvc::http
