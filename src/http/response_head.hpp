// The status line and header fields of an answer, as text. Pure.
#pragma once

#include "http/request.hpp"

#include <string>

namespace gradesvc::http {

enum class framing : std::uint8_t { length, chunked, until_close };

struct head_options {
    bool http11 = true;
    bool keep_alive = true;
    framing body = framing::length;
    std::string_view date = {};
};

void append_head(std::string& out, const response&, const head_options&);

} // namespace gradesvc::http
