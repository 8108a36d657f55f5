// Beast's request parser behind a small face, so that only one source file includes it. Confined to its session.
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "http/request.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::http {

class message_parser {
public:
    message_parser();
    ~message_parser();

    /// Begins a message with a whole head (scan_head). Fills `rq` but for path and query; its views live until the next
    /// call. On a refusal `rq` holds nothing, and the connection cannot go on.
    std::optional<domain::refusal> head(std::string_view bytes, request& rq);

    bool done() const;

    struct progress {
        std::size_t consumed = 0;
        bool malformed = false;
    };
    /// Takes body bytes from the front of `bytes` and appends what they carry to `body`; stops at the message's end.
    progress body(std::string_view bytes, std::string& body);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace gradesvc::http
