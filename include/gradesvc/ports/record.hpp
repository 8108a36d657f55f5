// Records of the log as they are read and written, and positions in it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradesvc::ports {

using time_ms = std::chrono::sys_time<std::chrono::milliseconds>;

struct header_view {
    std::string_view name;
    std::string_view value;
};

/// A record read from the log. Move-only; key, value and headers live as long as it does, `topic` as long as the reader
/// or consumer it came from.
struct record {
    std::string_view topic;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    time_ms time{};
    std::optional<std::string_view> key;
    std::string_view value;
    std::vector<header_view> headers;
    std::unique_ptr<void, void (*)(void*)> memory{nullptr, nullptr}; ///< owns the bytes

    /// The value of the last header of that name.
    std::optional<std::string_view> header(std::string_view name) const {
        for (auto it = headers.rbegin(); it != headers.rend(); ++it)
            if (it->name == name) return it->value;
        return std::nullopt;
    }
};

struct header {
    std::string name;
    std::string value;
};

/// A record to append.
struct outgoing {
    static constexpr std::int32_t by_key = -1; ///< murmur2 of the key as in Java; without key any partition

    std::string topic;
    std::int32_t partition = by_key;
    std::optional<std::string> key;
    std::string value;
    std::vector<header> headers;
};

/// Offsets by topic and partition: of the next record to read.
using positions = std::map<std::pair<std::string, std::int32_t>, std::int64_t>;

/// Whether `at` has reached `goal` in every partition of `goal`.
inline bool reached(const positions& at, const positions& goal) {
    for (const auto& [where, offset] : goal) {
        auto it = at.find(where);
        if (offset > 0 && (it == at.end() || it->second < offset)) return false;
    }
    return true;
}

} // namespace gradesvc::ports
