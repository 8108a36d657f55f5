#include "irt/normal.hpp"
#include "irt/proportion.hpp"
#include "irt/quadrature.hpp"
#include "irt/root.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <numeric>

using namespace gradesvc;

TEST_CASE("the normal distribution", "[distributions]") {
    for (double z = -9; z <= 9; z += 0.01) {
        const auto truth = static_cast<double>(0.5L * std::erfc(-z / std::sqrt(2.0L)));
        CHECK(irt::normal_cdf(z) == Approx(truth).epsilon(0).margin(1e-15));
    }
    CHECK(irt::normal_cdf(-8) == Approx(6.22096057427178e-16).epsilon(1e-10));
    CHECK(irt::normal_quantile(0.975) == Approx(irt::z95).margin(1e-12));
    CHECK(irt::normal_quantile(0.95) == Approx(irt::z90).margin(1e-12));
}

TEST_CASE("Wilson's interval", "[distributions]") {
    struct row {
        double share, n, low, high;
    };
    for (const auto& r :
         {row{0.7, 10, 0.3967781475, 0.8922087326}, row{0, 5, 0, 0.4344824648}, row{1, 5, 0.5655175352, 1},
          row{0.5, 4, 0.1500389892, 0.8499610108}, row{0.72, 25, 0.5242339481, 0.8571614615}}) {
        const auto [low, high] = irt::wilson_interval(r.share, r.n, irt::z95);
        CHECK(low == Approx(r.low).margin(1e-10));
        CHECK(high == Approx(r.high).margin(1e-10));
    }
    CHECK(irt::wilson_interval(0, 3, irt::z95).first == 0);
    CHECK(irt::wilson_interval(1, 3, irt::z95).second == 1);
}

TEST_CASE("the posterior of a share", "[distributions]") {
    const irt::beta_posterior seven_of_ten(7, 10);
    CHECK(seven_of_ten.mean() == Approx(2.0 / 3));
    CHECK(seven_of_ten.probability_above(0.8) == Approx(0.1611392).epsilon(1e-12));
    CHECK(seven_of_ten.probability_above(0.390257440428) == Approx(0.975).margin(1e-11));
    CHECK(seven_of_ten.probability_above(0.890736556181) == Approx(0.025).margin(1e-11));
    CHECK(seven_of_ten.probability_above(0) == 1);
    CHECK(seven_of_ten.probability_above(1) == 0);
}

// P(Beta(1 + s, 1 + n − s) >= x) = P(Binomial(n + 1, x) <= s) for whole s.
TEST_CASE("the posterior of a share is a binomial tail", "[distributions]") {
    for (int n = 1; n <= 200; n += 7)
        for (int s = 0; s <= n; s += 3)
            for (const double x : {0.05, 0.3, 0.5, 0.8, 0.99}) {
                long double tail = 0;
                for (int k = 0; k <= s; ++k)
                    tail += std::exp(std::lgamma(n + 2.0L) - std::lgamma(k + 1.0L) - std::lgamma(n + 2.0L - k) +
                                     k * std::log(static_cast<long double>(x)) + (n + 1 - k) * std::log(1.0L - x));
                const double found = irt::beta_posterior(s, n).probability_above(x);
                CHECK(found == Approx(static_cast<double>(tail)).epsilon(0).margin(1e-12));
            }
}

TEST_CASE("the quadrature is symmetric, in order and sums to one", "[distributions]") {
    for (const int points : {2, 33, 61, 120, 1001}) {
        const auto grid = irt::normal_quadrature(-6, 6, points, 0, 1);
        REQUIRE(grid.size() == static_cast<std::size_t>(points));
        CHECK(grid.nodes.front() == -6);
        CHECK(grid.nodes.back() == 6);
        CHECK(std::accumulate(grid.weights.begin(), grid.weights.end(), 0.0) == Approx(1).epsilon(1e-13));
        for (std::size_t q = 0; q < grid.size(); ++q) {
            CHECK(grid.nodes[q] == -grid.nodes[grid.size() - 1 - q]);
            CHECK(std::exp(grid.log_weights[q]) == Approx(grid.weights[q]).epsilon(1e-12));
        }
    }
    CHECK(irt::normal_quadrature(-6, 6, 61, 0, 1).nodes[30] == 0);
}

TEST_CASE("a falling root is found wherever the search begins", "[distributions]") {
    const auto grid = irt::normal_quadrature(-6, 6, 61, 0, 1);
    const auto cubic = [](double x) { return 2 - x * x * x; };
    for (const double start : {-6.0, 0.0, 1.2, 6.0})
        CHECK(*irt::falling_root(cubic, start, grid) == Approx(std::cbrt(2.0)).epsilon(1e-13));
    CHECK(*irt::falling_root([](double x) { return 1000 - x; }, 0, grid) == Approx(1000));
    CHECK(*irt::falling_root([](double x) { return -x; }, grid.nodes[31], grid) == 0);
    CHECK_FALSE(irt::falling_root([](double) { return 1.0; }, 0, grid));
    CHECK_FALSE(irt::falling_root([](double x) { return x < 1 ? 1.0 : 0.0; }, 0, grid));
}
