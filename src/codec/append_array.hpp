// Appends a JSON array.
#pragma once

#include <string>
#include <utility>

namespace gradesvc::codec {

/// `append` appends one member of `range` to `out`.
template <class Range, class Append>
void append_array(std::string& out, const Range& range, Append append) {
    out += '[';
    const char* separator = "";
    for (const auto& member : range) {
        out += std::exchange(separator, ",");
        append(member);
    }
    out += ']';
}

} // namespace gradesvc::codec
