#include "roles/units.hpp"

#include "support/catch.hpp"

using namespace gradesvc::roles;
using namespace std::chrono_literals;

TEST_CASE("durations have units; without one they count seconds", "[units]") {
    CHECK(parse_duration("25s") == 25s);
    CHECK(parse_duration("25") == 25s);
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("10m") == 10min);
    CHECK(parse_duration("24h") == 24h);
    CHECK(parse_duration("90d") == 90 * 24h);
    CHECK(parse_duration("90 d") == 90 * 24h);
    CHECK(parse_duration("0") == 0ms);
    for (const auto* text : {"", "s", "d90", "-1s", "+1s", "1.5h", "1w", "1S", "1s ", "99999999d",
                             "99999999999999999999s", "18446744073709551615ms"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("sizes have units of 1000 and of 1024", "[units]") {
    CHECK(parse_size("512KiB") == 512 * 1024);
    CHECK(parse_size("64MiB") == 64 * 1024 * 1024);
    CHECK(parse_size("1GiB") == 1024 * 1024 * 1024);
    CHECK(parse_size("3KB") == 3000);
    CHECK(parse_size("3MB") == 3'000'000);
    CHECK(parse_size("3GB") == 3'000'000'000);
    CHECK(parse_size("3 B") == 3);
    CHECK(parse_size("70000") == 70'000);
    for (const auto* text :
         {"", "KiB", "-1", "1.5MiB", "1kb", "1TiB", "1KiBs", "18446744073709551615GiB", "99999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_size(text));
    }
}
