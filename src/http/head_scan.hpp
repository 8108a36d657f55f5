// Looks at the raw bytes of a request's head before anything interprets them: finds its end, and refuses what two
// programs could read differently (bare LF or CR, NUL, folded lines). Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace gradesvc::http {

enum class head_state { incomplete, complete, malformed, too_long };

struct head_scan {
    head_state state = head_state::incomplete;
    std::size_t size = 0; ///< of the head with its empty line, when complete
};

/// Pass the bytes from the start of the request line; call again with more of them while incomplete. `checked` is 0 at
/// first and remembers how many bytes are known to be whole lines.
head_scan scan_head(std::string_view bytes, std::size_t limit, std::size_t& checked);

} // namespace gradesvc::http
