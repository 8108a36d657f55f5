#include "irt/item_model.hpp"

#include "banks.hpp"
#include "irt/elementary.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <vector>

using namespace gradesvc;
using namespace gradesvc::test;

namespace {

std::vector<irt_parameters> of_all_models() {
    return {{irt_model::one_pl, 1.3, {0.4}},
            two_pl(1.7, -0.3),
            two_pl(-0.8, 0.5),
            three_pl(1.1, 0.2, 0.25),
            {irt_model::four_pl, 1.4, {-0.6}, 0.1, 0.95},
            graded(1.2, {-1.5, -0.2, 0.9}),
            graded(2.5, {0.1, 0.15}),
            partial_credit(0.9, {-0.5, 0.7}),
            partial_credit(1.4, {0.8, -0.6, 0.2})};
}

std::vector<double> logs(const irt_parameters& item, double theta, double d = 1) {
    std::vector<double> all(irt::categories(item));
    irt::log_probabilities(item, d, theta, all);
    return all;
}

std::vector<irt::category_curve> curves(const irt_parameters& item, double theta) {
    std::vector<irt::category_curve> all(irt::categories(item));
    irt::curves(item, 1, theta, all);
    return all;
}

} // namespace

TEST_CASE("the probabilities of an item's categories sum to one", "[item model]") {
    for (const auto& item : of_all_models())
        for (double theta = -8; theta <= 8; theta += 0.37) {
            double sum = 0, by_curves = 0;
            for (const double l : logs(item, theta)) sum += irt::exp(l);
            for (const auto& curve : curves(item, theta)) by_curves += curve.p;
            CHECK(sum == Approx(1).epsilon(1e-14));
            CHECK(by_curves == Approx(1).epsilon(1e-14));
        }
}

TEST_CASE("the formulas of the dichotomous models", "[item model]") {
    const irt_parameters item{irt_model::four_pl, 1.4, {-0.6}, 0.1, 0.95};
    const double psi = 1 / (1 + std::exp(-1.702 * 1.4 * (0.5 + 0.6)));
    CHECK(std::exp(logs(item, 0.5, 1.702)[1]) == Approx(0.1 + 0.85 * psi).epsilon(1e-14));
    CHECK(std::exp(logs(item, 0.5, 1.702)[0]) == Approx(0.9 - 0.85 * psi).epsilon(1e-14));
}

TEST_CASE("the formulas of the polytomous models", "[item model]") {
    const auto psi = [](double z) { return 1 / (1 + std::exp(-z)); };
    const auto by_grade = logs(graded(1.2, {-1.5, 0.9}), 0.3);
    CHECK(std::exp(by_grade[1]) == Approx(psi(1.2 * 1.8) - psi(1.2 * -0.6)).epsilon(1e-14));
    const auto by_step = logs(partial_credit(0.9, {-0.5, 0.7}), 0.3);
    const double one = std::exp(0.9 * 0.8), two = std::exp(0.9 * 0.8 + 0.9 * -0.4);
    CHECK(std::exp(by_step[1]) == Approx(one / (1 + one + two)).epsilon(1e-14));
}

TEST_CASE("with one threshold GRM and GPCM are the 2PL", "[item model]") {
    for (double theta = -6; theta <= 6; theta += 0.5)
        for (std::size_t k = 0; k < 2; ++k) {
            const double expected = logs(two_pl(1.3, 0.4), theta)[k];
            CHECK(logs(graded(1.3, {0.4}), theta)[k] == Approx(expected).epsilon(1e-12));
            CHECK(logs(partial_credit(1.3, {0.4}), theta)[k] == Approx(expected).epsilon(1e-12));
            CHECK(curves(graded(1.3, {0.4}), theta)[k].bend == Approx(curves(two_pl(1.3, 0.4), theta)[k].bend));
        }
}

TEST_CASE("more ability makes the highest category likelier, where a > 0", "[item model]") {
    for (const auto& item : of_all_models())
        for (double theta = -6; theta < 6; theta += 0.25) {
            const double step = logs(item, theta + 0.25).back() - logs(item, theta).back();
            CHECK((item.a > 0 ? step > 0 : step < 0));
        }
}

TEST_CASE("slopes and bends are the derivatives", "[item model]") {
    constexpr double h = 1e-5;
    for (const auto& item : of_all_models())
        for (double theta = -3; theta <= 3; theta += 0.75) {
            const auto here = curves(item, theta), before = curves(item, theta - h), after = curves(item, theta + h);
            for (std::size_t k = 0; k < here.size(); ++k) {
                CHECK(here[k].slope * here[k].p == Approx((after[k].p - before[k].p) / (2 * h)).margin(1e-9));
                const double bend = (after[k].slope * after[k].p - before[k].slope * before[k].p) / (2 * h);
                CHECK(here[k].bend * here[k].p == Approx(bend).margin(1e-9));
            }
        }
}

TEST_CASE("the expected share of an item", "[item model]") {
    CHECK(irt::expected_share(two_pl(1.3, 0.4), 1, 0.4) == Approx(0.5));
    CHECK(irt::expected_share(three_pl(1.3, 0.4, 0.2), 1, 0.4) == Approx(0.6));
    CHECK(irt::expected_share(partial_credit(1, {-1, 1}), 1, 0) == Approx(0.5));
    CHECK(irt::expected_share(graded(1, {-1, 1}), 1, 0) == Approx(0.5));
}

TEST_CASE("tails neither vanish nor overflow", "[item model]") {
    for (const auto& item : of_all_models())
        for (const double theta : {-1e4, -900.0, 900.0, 1e4})
            for (const auto& curve : curves(item, theta)) {
                CHECK(std::isfinite(curve.slope));
                CHECK(std::isfinite(curve.bend));
            }
    CHECK(logs(two_pl(2, 0), -1000)[1] == Approx(-2000));
    CHECK(logs(graded(2, {-1, 1}), -1000)[1] == Approx(-1998).epsilon(1e-3));
}

TEST_CASE("the information of LSAT-6 and of eight 3PL items", "[item model]") {
    const double lsat[] = {0.52993489, 0.57890362, 0.55921231, 0.46018723, 0.30700568, 0.17083618, 0.08540052};
    const double guessing[] = {0.112342567478, 0.362443893271, 0.830415405064, 1.460038702796,
                               1.365209401555, 0.842785925842, 0.428751724533};
    for (int theta = -3; theta <= 3; ++theta) {
        double sum = 0, sum_3pl = 0;
        for (const auto& item : lsat6()) sum += irt::information(item, 1, theta);
        for (const auto& item : eight_3pl()) sum_3pl += irt::information(item, 1, theta);
        CHECK(sum == Approx(lsat[theta + 3]).margin(1e-8));
        CHECK(sum_3pl == Approx(guessing[theta + 3]).margin(1e-11));
    }
}
