#include "embedded/partitioner.hpp"

#include "support/catch.hpp"

using namespace gradesvc::embedded;

TEST_CASE("murmur2 gives what the tests of Kafka's Java client expect") {
    const std::pair<std::string_view, std::int32_t> expected[] = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
        {"abc", 479470107},
    };
    for (const auto& [key, hash] : expected) {
        CAPTURE(key);
        CHECK(static_cast<std::int32_t>(murmur2(key)) == hash);
    }
}

TEST_CASE("a partition is never negative, whatever the sign of the hash") {
    CHECK(partition_of("21", 12) == (-973932308 & 0x7fffffff) % 12);
    CHECK(partition_of("abc", 12) == 479470107 % 12);
    CHECK(partition_of("", 12) == partition_of("", 12));
    for (int partitions = 1; partitions < 50; ++partitions) {
        const auto p = partition_of("a-little-bit-longer-string", partitions);
        CHECK(p >= 0);
        CHECK(p < partitions);
    }
}
