#include "roles/units.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace gradesvc::roles {

namespace {

template <std::size_t N>
std::optional<std::uint64_t> scaled(std::string_view text,
                                    const std::array<std::pair<std::string_view, std::uint64_t>, N>& units,
                                    std::uint64_t limit) {
    std::uint64_t number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc()) return std::nullopt;
    std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    for (const auto& [name, factor] : units)
        if (unit == name) return number <= limit / factor ? std::optional(number * factor) : std::nullopt;
    return std::nullopt;
}

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 6> units{
        {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
    const auto ms = scaled(text, units, std::uint64_t(366'000) * 86'400'000);
    if (!ms) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(*ms));
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 8> units{{{"", 1},
                                                                                      {"B", 1},
                                                                                      {"KB", 1000},
                                                                                      {"MB", 1'000'000},
                                                                                      {"GB", 1'000'000'000},
                                                                                      {"KiB", 1024},
                                                                                      {"MiB", 1024 * 1024},
                                                                                      {"GiB", 1024 * 1024 * 1024}}};
    return scaled(text, units, std::uint64_t(1) << 62);
}

} // namespace gradesvc::roles
