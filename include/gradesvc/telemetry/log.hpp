// Logging: one structured line per event, as text or JSON on stderr. Thread-safe. No body, no secret, no line per record
// at info. Keys come from a short list: role, request_id, topic, partition, offset, errc, path, count, ms, …
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace gradesvc::telemetry {

enum class level : std::uint8_t { trace, debug, info, warn, error };

struct field {
    template <class T>
    field(std::string_view k, const T& v) : key(k), value(convert(v)) {}
    std::string_view key;
    std::variant<std::string_view, std::int64_t, double, bool> value;

private:
    template <class T>
    static std::variant<std::string_view, std::int64_t, double, bool> convert(const T& v) {
        if constexpr (std::is_same_v<T, bool>)
            return v;
        else if constexpr (std::is_integral_v<T>)
            return static_cast<std::int64_t>(v);
        else if constexpr (std::is_floating_point_v<T>)
            return static_cast<double>(v);
        else
            return std::string_view(v);
    }
};

enum class format : std::uint8_t { text, json };

/// Before the first line, once. Until then: text, info.
void configure_log(format, level);
bool enabled(level);
void log(level, std::string_view event, std::initializer_list<field> fields = {});

} // namespace gradesvc::telemetry
