#include "tools/foreign_text.hpp"

#include "codec/text.hpp"

namespace gradesvc::tools {

namespace {

void append_hex(std::string& out, unsigned char byte) {
    constexpr const char* digits = "0123456789abcdef";
    out.append({'\\', 'x', digits[byte >> 4], digits[byte & 15]});
}

} // namespace

std::string printable(std::string_view bytes) {
    if (codec::is_utf8(bytes) && !codec::has_control(bytes)) return std::string(bytes);
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte >= 0x7f)
            append_hex(out, byte);
        else
            out += c;
    }
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto byte = [&](std::size_t at) -> std::uint32_t {
            return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
        };
        const std::uint32_t three = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        for (std::size_t digit = 0; digit < 4; ++digit)
            out += i + digit <= bytes.size() ? digits[three >> (18 - 6 * digit) & 63] : '=';
    }
    return out;
}

void append_bytes(codec::object_writer& object, const std::string& name, std::string_view bytes) {
    if (codec::is_utf8(bytes))
        object.text(name, bytes);
    else
        object.text(name + "_base64", base64(bytes));
}

} // namespace gradesvc::tools
