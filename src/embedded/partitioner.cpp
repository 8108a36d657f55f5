#include "embedded/partitioner.hpp"

#include <cstddef>

namespace gradesvc::embedded {
namespace {

std::uint32_t byte_at(std::string_view bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }

} // namespace

std::uint32_t murmur2(std::string_view bytes) {
    constexpr std::uint32_t seed = 0x9747b28c;
    constexpr std::uint32_t m = 0x5bd1e995;
    constexpr int r = 24;

    std::uint32_t h = seed ^ static_cast<std::uint32_t>(bytes.size());
    std::size_t i = 0;
    for (; i + 4 <= bytes.size(); i += 4) {
        std::uint32_t k =
            byte_at(bytes, i) | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2) << 16 | byte_at(bytes, i + 3) << 24;
        k *= m;
        k ^= k >> r;
        k *= m;
        h *= m;
        h ^= k;
    }
    const std::size_t rest = bytes.size() - i;
    if (rest >= 3) h ^= byte_at(bytes, i + 2) << 16;
    if (rest >= 2) h ^= byte_at(bytes, i + 1) << 8;
    if (rest >= 1) {
        h ^= byte_at(bytes, i);
        h *= m;
    }
    h ^= h >> 13;
    h *= m;
    h ^= h >> 15;
    return h;
}

std::int32_t partition_of(std::string_view key, std::int32_t partitions) {
    return static_cast<std::int32_t>(murmur2(key) & 0x7fffffff) % partitions;
}

} // namespace gradesvc::embedded
