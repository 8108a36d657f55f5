// The id of a submission: a UUID. Version 7 (time-ordered, random) without an idempotency key; version 5 over
// user, test and key with one, so that every instance computes the same id for a retry. Regular value type.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::domain {

class submission_id {
public:
    submission_id() = default;
    explicit submission_id(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

    /// Version 7 of RFC 9562: 48 bits of milliseconds and 74 random bits taken from `random`.
    static submission_id v7(std::chrono::sys_time<std::chrono::milliseconds> time, std::array<std::uint64_t, 2> random);

    /// Version 5 in gradesvc's namespace over `name` (UTF-8 bytes).
    static submission_id v5(std::string_view name);

    /// Version 5 for a record that names no id: over `topic/partition/offset`.
    static submission_id for_position(std::string_view topic, std::int32_t partition, std::int64_t offset);

    /// The canonical 36-character form, in either case; anything else is nullopt.
    static std::optional<submission_id> parse(std::string_view text);

    /// When it was made, as a version 7 says; nothing for other versions.
    std::optional<std::chrono::sys_time<std::chrono::milliseconds>> time() const;

    const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
    std::string to_string() const;

    auto operator<=>(const submission_id&) const = default;

private:
    std::array<std::uint8_t, 16> bytes_{};
};

} // namespace gradesvc::domain
