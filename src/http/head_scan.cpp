#include "http/head_scan.hpp"

namespace gradesvc::http {
namespace {

bool clean(std::string_view line) { return line.find('\0') == line.npos && line.find('\r') == line.npos; }

} // namespace

head_scan scan_head(std::string_view bytes, std::size_t limit, std::size_t& checked) {
    for (;;) {
        const auto rest = bytes.substr(checked);
        const auto newline = rest.find('\n');
        const auto seen = newline == rest.npos ? bytes.size() : checked + newline + 1;
        if (seen > limit) return {head_state::too_long};
        if (newline == rest.npos) {
            // The last byte may be the CR of a line end that is still under way.
            const bool fine = rest.empty() || clean(rest.substr(0, rest.size() - 1));
            return {fine && rest.find('\0') == rest.npos ? head_state::incomplete : head_state::malformed};
        }
        if (newline == 0 || rest[newline - 1] != '\r') return {head_state::malformed};
        const auto line = rest.substr(0, newline - 1);
        if (!clean(line)) return {head_state::malformed};
        if (line.empty()) return {checked == 0 ? head_state::malformed : head_state::complete, seen};
        if (line.front() == ' ' || line.front() == '\t') return {head_state::malformed};
        checked = seen;
    }
}

} // namespace gradesvc::http
