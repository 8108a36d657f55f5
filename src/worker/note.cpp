#include "worker/note.hpp"

#include <array>
#include <charconv>

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

/// As many entries as there is room for: those at the front hold up the position.
void add_attempts(const failed_attempts& attempts, std::string& note) {
    std::string_view before = ":r=";
    for (const auto& [delta, count] : attempts) {
        const std::string entry = std::string(before) + std::to_string(delta) + ',' + std::to_string(count);
        if (note.size() + entry.size() > ports::max_note) return;
        note += entry;
        before = ";";
    }
}

/// What is not of the right form ends the list.
failed_attempts attempts_of(std::string_view list) {
    failed_attempts found;
    const char* at = list.data();
    const char* const end = at + list.size();
    while (at != end) {
        std::int64_t delta = 0;
        int count = 0;
        const auto first = std::from_chars(at, end, delta);
        if (first.ec != std::errc() || first.ptr == end || *first.ptr != ',') break;
        const auto second = std::from_chars(first.ptr + 1, end, count);
        if (second.ec != std::errc() || delta < 0 || count < 1) break;
        found.emplace(delta, count);
        at = second.ptr;
        if (at != end && *at++ != ';') break;
    }
    return found;
}

} // namespace

std::string make_note(std::span<const std::uint8_t> bitmap, bool clean, const failed_attempts& attempts) {
    while (!bitmap.empty() && bitmap.back() == 0) bitmap = bitmap.first(bitmap.size() - 1);
    if (bitmap.empty() && !clean && attempts.empty()) return {};
    std::string note(version_mark);
    note.reserve(note.size() + bitmap.size() * 4 / 3 + note_reserve);
    encode(bitmap, note);
    if (clean) note += ":c";
    add_attempts(attempts, note);
    return note;
}

std::optional<noted> read_note(std::string_view note) {
    if (note.empty()) return noted{};
    if (note.size() > ports::max_note || !note.starts_with(version_mark)) return std::nullopt;
    note.remove_prefix(version_mark.size());
    const auto end = note.find(':');
    auto bitmap = decode(note.substr(0, end));
    if (!bitmap) return std::nullopt;
    noted found{.bitmap = std::move(*bitmap)};
    for (auto rest = end; rest != std::string_view::npos;) {
        const auto next = note.find(':', rest + 1);
        const auto field = note.substr(rest + 1, next == std::string_view::npos ? next : next - rest - 1);
        if (field == "c") found.clean = true;
        if (field.starts_with("r=")) found.attempts = attempts_of(field.substr(2));
        rest = next;
    }
    return found;
}

} // namespace gradesvc::worker
