// Durations and sizes as options give them: "25s", "90d", "64MiB".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::roles {

/// ms, s, m, h, d; a bare number counts seconds. Nullopt when it is no duration or more than a thousand years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// B, KB, MB, GB (powers of 1000), KiB, MiB, GiB (of 1024); a bare number counts bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);

} // namespace gradesvc::roles
