// The note that travels with a committed position: which offsets beyond it are finished, and what the next owner should
// know of those that are not.
//
//   1:BITMAP[:FIELD…]
//
// BITMAP is base64 without padding; bit i of byte b (lowest first) stands for offset position + 8·b + i. Fields:
//   c              the clean mark: whoever wrote it let go of the partition in peace, with nothing begun and unfinished
//   r=DELTA,N;…    N failed attempts of the record at offset position + DELTA, ascending, as many as there is room for
// Fields that a reader does not know are passed over, so that later versions can add some. An empty note means that
// nothing is finished.
#pragma once

#include "gradesvc/ports/log.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::worker {

inline constexpr std::size_t note_reserve = 64; ///< bytes kept for fields
inline constexpr std::size_t max_bitmap_bytes = (ports::max_note - note_reserve) / 4 * 3 - 3;

/// How many offsets a note can tell apart.
inline constexpr std::int64_t max_span = static_cast<std::int64_t>(max_bitmap_bytes) * 8;

using failed_attempts = std::map<std::int64_t, int>; ///< by offset; in a note by the distance from the position

struct noted {
    std::vector<std::uint8_t> bitmap = {};
    bool clean = false;
    failed_attempts attempts = {};
};

std::string make_note(std::span<const std::uint8_t> bitmap, bool clean = false, const failed_attempts& attempts = {});

/// What a note tells; nullopt when it is damaged or of an unknown version.
std::optional<noted> read_note(std::string_view note);

} // namespace gradesvc::worker
