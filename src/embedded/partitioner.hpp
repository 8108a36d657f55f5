// Which partition a key belongs to: exactly what Kafka's Java client (and kafka-python, and librdkafka's
// murmur2_random) computes, so that a user stays in one partition whoever wrote the record. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace gradesvc::embedded {

std::uint32_t murmur2(std::string_view bytes);

std::int32_t partition_of(std::string_view key, std::int32_t partitions);

} // namespace gradesvc::embedded
