#include "gradesvc/domain/submission_id.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>

#include <algorithm>

namespace gradesvc::domain {

namespace {

// 6f2a3c1e-6d0b-5d5e-9a55-0c1f6a7d9b10
constexpr std::array<std::uint8_t, 16> name_space{0x6f, 0x2a, 0x3c, 0x1e, 0x6d, 0x0b, 0x5d, 0x5e,
                                                  0x9a, 0x55, 0x0c, 0x1f, 0x6a, 0x7d, 0x9b, 0x10};

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr bool dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

} // namespace

submission_id submission_id::v7(std::chrono::sys_time<std::chrono::milliseconds> time,
                                std::array<std::uint64_t, 2> random) {
    std::array<std::uint8_t, 16> b{};
    const auto ms = static_cast<std::uint64_t>(time.time_since_epoch().count());
    for (std::size_t i = 0; i < 6; ++i) b[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    for (std::size_t i = 6; i < 16; ++i) b[i] = static_cast<std::uint8_t>(random[i / 8 % 2] >> (8 * (i % 8)));
    b[6] = static_cast<std::uint8_t>((b[6] & 0x0f) | 0x70);
    b[8] = static_cast<std::uint8_t>((b[8] & 0x3f) | 0x80);
    return submission_id(b);
}

submission_id submission_id::v5(std::string_view name) {
    boost::uuids::uuid space{};
    std::copy(name_space.begin(), name_space.end(), space.begin());
    const auto id = boost::uuids::name_generator_sha1(space)(name.data(), name.size());
    std::array<std::uint8_t, 16> b{};
    std::copy(id.begin(), id.end(), b.begin());
    return submission_id(b);
}

submission_id submission_id::for_position(std::string_view topic, std::int32_t partition, std::int64_t offset) {
    return v5(std::string(topic) + '/' + std::to_string(partition) + '/' + std::to_string(offset));
}

std::optional<submission_id> submission_id::parse(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    std::array<std::uint8_t, 16> b{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
        if (dash_before(i) && text[at++] != '-') return std::nullopt;
        const int high = hex_digit(text[at]);
        const int low = hex_digit(text[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        b[i] = static_cast<std::uint8_t>(high << 4 | low);
        at += 2;
    }
    return submission_id(b);
}

std::optional<std::chrono::sys_time<std::chrono::milliseconds>> submission_id::time() const {
    if ((bytes_[6] & 0xf0) != 0x70 || (bytes_[8] & 0xc0) != 0x80) return std::nullopt;
    std::int64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | bytes_[i];
    return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms));
}

std::string submission_id::to_string() const {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        if (dash_before(i)) text += '-';
        text += digits[bytes_[i] >> 4];
        text += digits[bytes_[i] & 15];
    }
    return text;
}

} // namespace gradesvc::domain
