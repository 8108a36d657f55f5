#include "irt/elementary.hpp"

#include "support/catch.hpp"

#include <cmath>
#include <random>

using namespace gradesvc;

namespace {

// How far `value` is from `truth`, in units of its last place.
double units(double value, long double truth) {
    const double nearest = std::abs(static_cast<double>(truth));
    return static_cast<double>(std::abs(value - truth)) / (std::nextafter(nearest, INFINITY) - nearest);
}

double uniform(std::mt19937_64& chance, double low, double high) {
    return low + (high - low) * (static_cast<double>(chance() >> 11) * 0x1p-53);
}

} // namespace

TEST_CASE("exp is within two units in the last place", "[elementary]") {
    std::mt19937_64 chance(1);
    double worst = 0;
    for (int i = 0; i < 200'000; ++i)
        for (const double range : {1e-6, 1.0, 30.0, 708.0}) {
            const double x = uniform(chance, -range, range);
            worst = std::max(worst, units(irt::exp(x), std::exp(static_cast<long double>(x))));
        }
    CHECK(worst < 2);
}

TEST_CASE("log is within two units in the last place", "[elementary]") {
    std::mt19937_64 chance(2);
    double worst = 0;
    for (int i = 0; i < 200'000; ++i) {
        const double x = std::exp(uniform(chance, -708, 709));
        const double near_one = uniform(chance, 0.5, 2);
        worst = std::max(worst, units(irt::log(x), std::log(static_cast<long double>(x))));
        worst = std::max(worst, units(irt::log(near_one), std::log(static_cast<long double>(near_one))));
    }
    CHECK(worst < 2);
}

TEST_CASE("exp and log at their ends", "[elementary]") {
    CHECK(irt::exp(0) == 1);
    CHECK(irt::exp(-0.0) == 1);
    CHECK(irt::exp(-709) == 0);
    CHECK(irt::exp(-1e300) == 0);
    CHECK(irt::exp(710) == INFINITY);
    CHECK(irt::exp(-708) > 0);
    CHECK(std::isfinite(irt::exp(709)));
    CHECK(irt::log(1) == 0);
    CHECK(irt::log(0) == -INFINITY);
    CHECK(irt::log(0x1p-1022) == Approx(-1022 * std::log(2.0)).epsilon(1e-15));
}

TEST_CASE("exp and log have the same bits everywhere", "[elementary]") {
    std::uint64_t sum = 0;
    for (int i = -7000; i <= 7000; ++i) {
        sum = sum * 31 + std::bit_cast<std::uint64_t>(irt::exp(i / 10.0));
        sum = sum * 31 + std::bit_cast<std::uint64_t>(irt::log((i + 7001) / 10.0));
    }
    CHECK(sum == 0xbf765a091c1f440);
}
