// The problem types of the API: one table from errc to status, title and meaning, and their documents (RFC 9457).
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "http/request.hpp"

#include <span>
#include <string>
#include <string_view>

namespace gradesvc::http {

struct problem_type {
    domain::errc code;
    int status;
    std::string_view name; ///< the type is /problems/NAME
    std::string_view title;
    std::string_view meaning; ///< for people
};

std::span<const problem_type> problem_types();
const problem_type& problem_of(domain::errc);
const problem_type* find_problem(std::string_view name); ///< null = no such type

/// The document. An internal error never shows its detail.
std::string problem_json(const domain::refusal&, std::string_view instance, std::string_view trace_id);

/// The whole answer, with Retry-After where the type asks for it.
response problem_response(const domain::refusal&, std::string_view instance, std::string_view trace_id);

/// Appends `text` as a JSON string with quotes; what is not UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

} // namespace gradesvc::http
