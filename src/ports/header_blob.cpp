#include "gradesvc/ports/header_blob.hpp"

#include "gradesvc/ports/log_errc.hpp"

#include <cstddef>
#include <cstdint>

namespace gradesvc::ports {
namespace {

void put(std::string_view text, std::string& out) {
    std::size_t size = text.size();
    for (; size >= 0x80; size >>= 7) out += static_cast<char>(size | 0x80);
    out += static_cast<char>(size);
    out += text;
}

std::string_view take(std::string_view& blob) {
    std::size_t size = 0;
    std::size_t at = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (at == blob.size() || shift > 28) throw log_error("the headers of a record are damaged");
        const auto byte = static_cast<std::uint8_t>(blob[at++]);
        size |= static_cast<std::size_t>(byte & 0x7f) << shift;
        if (byte < 0x80) break;
    }
    if (size > blob.size() - at) throw log_error("the headers of a record are damaged");
    const std::string_view text = blob.substr(at, size);
    blob.remove_prefix(at + size);
    return text;
}

} // namespace

void encode_headers(std::span<const header> headers, std::string& out) {
    for (const auto& header : headers) {
        put(header.name, out);
        put(header.value, out);
    }
}

std::vector<header_view> decode_headers(std::string_view blob) {
    std::vector<header_view> headers;
    while (!blob.empty()) {
        const std::string_view name = take(blob);
        headers.push_back({name, take(blob)});
    }
    return headers;
}

} // namespace gradesvc::ports
