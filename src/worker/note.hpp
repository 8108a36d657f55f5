// The note that travels with a committed position: which offsets beyond it are finished.
//
//   1:BITMAP[:FIELD…]
//
// BITMAP is base64 without padding; bit i of byte b (lowest first) stands for offset position + 8·b + i. Fields that a
// reader does not know are passed over, so that later versions can add some. An empty note means nothing is finished.
#pragma once

#include "gradesvc/ports/log.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::worker {

inline constexpr std::size_t note_reserve = 64; ///< bytes kept for later fields
inline constexpr std::size_t max_bitmap_bytes = (ports::max_note - note_reserve) / 4 * 3 - 3;

/// How many offsets a note can tell apart.
inline constexpr std::int64_t max_span = static_cast<std::int64_t>(max_bitmap_bytes) * 8;

std::string make_note(std::span<const std::uint8_t> bitmap);

/// The bitmap of a note; nullopt when the note is damaged or of an unknown version.
std::optional<std::vector<std::uint8_t>> read_note(std::string_view note);

} // namespace gradesvc::worker
