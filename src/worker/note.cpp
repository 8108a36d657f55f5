#include "worker/note.hpp"

#include <array>

namespace gradesvc::worker {
namespace {

constexpr std::string_view version_mark = "1:";
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr auto decode_table = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return table;
}();

void encode(std::span<const std::uint8_t> bytes, std::string& to) {
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : bytes) {
        pending = (pending << 8U) | byte;
        for (bits += 8; bits >= 6; bits -= 6) to += alphabet[(pending >> (bits - 6)) & 63U];
    }
    if (bits > 0) to += alphabet[(pending << (6 - bits)) & 63U];
}

std::optional<std::vector<std::uint8_t>> decode(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const std::int8_t digit = decode_table[static_cast<unsigned char>(c)];
        if (digit < 0) return std::nullopt;
        pending = (pending << 6U) | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(pending >> bits));
        }
    }
    const bool cut = bits >= 6 || (pending & ((1U << bits) - 1)) != 0;
    if (cut) return std::nullopt;
    return bytes;
}

} // namespace

std::string make_note(std::span<const std::uint8_t> bitmap) {
    while (!bitmap.empty() && bitmap.back() == 0) bitmap = bitmap.first(bitmap.size() - 1);
    if (bitmap.empty()) return {};
    std::string note(version_mark);
    note.reserve(note.size() + bitmap.size() * 4 / 3 + 4);
    encode(bitmap, note);
    return note;
}

std::optional<std::vector<std::uint8_t>> read_note(std::string_view note) {
    if (note.empty()) return std::vector<std::uint8_t>{};
    if (note.size() > ports::max_note || !note.starts_with(version_mark)) return std::nullopt;
    note.remove_prefix(version_mark.size());
    return decode(note.substr(0, note.find(':')));
}

} // namespace gradesvc::worker
