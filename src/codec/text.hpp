// What the documents ask of texts: lengths in code points, control characters, blanks, times. UTF-8 in, valid already
// where nothing else is said.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::codec {

inline constexpr std::size_t max_id_length = 128;                  ///< code points
inline constexpr std::int64_t max_integer = 9'007'199'254'740'991; ///< what every JSON reader keeps exact

/// Whether any bytes are UTF-8.
bool is_utf8(std::string_view bytes);

std::size_t code_points(std::string_view text);

/// C0, DEL or C1 controls.
bool has_control(std::string_view text);

/// The first `bytes` bytes at most, without the part of a character.
std::string_view cut(std::string_view text, std::size_t bytes);

/// Empty, or white space of Unicode only.
bool is_blank(std::string_view text);

using time_ms = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339 UTC with milliseconds, e.g. 2026-05-04T09:30:00.000Z.
void append_time(std::string& out, time_ms time);
std::string time_text(time_ms time);

/// An RFC 3339 time with any offset and fraction, or nullopt.
std::optional<time_ms> parse_time(std::string_view text);

/// A number for JSON: rounded to 12 significant digits, shortest form; not finite = null.
void append_number(std::string& out, double number);
void append_integer(std::string& out, std::int64_t number);

} // namespace gradesvc::codec
