#include "gradesvc/calibration/calibrate.hpp"

#include "gradesvc/domain/definition_limits.hpp"
#include "simulation.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstring>

using namespace gradesvc;
using calibration::item_state;
using calibration::responses;
using Catch::Matchers::WithinAbs;
using domain::irt_model;

namespace {

calibration::calibration_result calibrated(const responses& data, irt_model model, int threads = 1) {
    calibration::settings how;
    how.model = model;
    how.threads = threads;
    return calibration::calibrate(data, how);
}

struct published_item {
    double a, d, b, a_se, d_se, b_se;
};

// The same in every bit.
bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

std::vector<double> numbers(const calibration::calibration_result& result) {
    std::vector<double> all{result.log_likelihood, result.max_gradient, static_cast<double>(result.iterations)};
    for (const auto& item : result.items) {
        all.push_back(item.parameters.a);
        all.push_back(item.parameters.c);
        all.push_back(item.a_se.value_or(-1));
        for (const auto* list : {&item.parameters.b, &item.b_se, &item.intercepts, &item.intercept_se})
            all.insert(all.end(), list->begin(), list->end());
    }
    return all;
}

// How far estimates are from the truth, in standard errors.
struct recovery {
    double worst = 0;
    double mean_square = 0;
    int count = 0;
    void add(double estimate, double truth, double se) {
        const double z = (estimate - truth) / se;
        worst = std::max(worst, std::fabs(z));
        mean_square = (mean_square * count + z * z) / (count + 1);
        ++count;
    }
};

recovery recovered(const std::vector<domain::irt_parameters>& truth, const calibration::calibration_result& found) {
    recovery all;
    for (std::size_t j = 0; j < truth.size(); ++j) {
        const auto& item = found.items[j];
        REQUIRE(item.state == item_state::estimated);
        REQUIRE(item.a_se.has_value());
        all.add(item.parameters.a, truth[j].a, *item.a_se);
        for (std::size_t k = 0; k < truth[j].b.size(); ++k) all.add(item.parameters.b[k], truth[j].b[k], item.b_se[k]);
    }
    return all;
}

} // namespace

TEST_CASE("LSAT-6 by the 2PL, as published") {
    const auto result = calibrated(test::lsat6(), irt_model::two_pl);
    CHECK(result.converged);
    CHECK(result.persons == 1000);
    CHECK(result.patterns == 30);
    CHECK(result.parameters == 10);
    CHECK(result.se == calibration::se_method::observed);
    CHECK(result.max_gradient < 1e-9);
    CHECK_THAT(result.log_likelihood, WithinAbs(-2466.6533773981, 1e-5));
    const std::array<published_item, 5> table{{
        {0.825659522, 2.773234398, -3.358811137, 0.258114934, 0.205743749, 0.866472101},
        {0.722744197, 0.990201198, -1.370057624, 0.186679671, 0.090018968, 0.307490672},
        {0.890874534, 0.249147524, -0.279666231, 0.232763841, 0.076272883, 0.099622831},
        {0.688367972, 1.284756925, -1.866381031, 0.185142935, 0.099037518, 0.434317348},
        {0.656855939, 2.053270444, -3.125906796, 0.209909179, 0.135358780, 0.871221920},
    }};
    for (std::size_t j = 0; j < 5; ++j) {
        const auto& item = result.items[j];
        CHECK(item.parameters.model == irt_model::two_pl);
        CHECK_THAT(item.parameters.a, WithinAbs(table[j].a, 1e-6));
        CHECK_THAT(item.intercepts[0], WithinAbs(table[j].d, 1e-6));
        CHECK_THAT(item.parameters.b[0], WithinAbs(table[j].b, 1e-6));
        CHECK_THAT(item.a_se.value(), WithinAbs(table[j].a_se, 1e-6));
        CHECK_THAT(item.intercept_se[0], WithinAbs(table[j].d_se, 1e-6));
        CHECK_THAT(item.b_se[0], WithinAbs(table[j].b_se, 1e-6));
    }
}

TEST_CASE("LSAT-6 by the 1PL with a common slope, as published") {
    const auto result = calibrated(test::lsat6(), irt_model::one_pl);
    CHECK(result.converged);
    CHECK(result.parameters == 6);
    CHECK_THAT(result.log_likelihood, WithinAbs(-2466.9375995786, 1e-5));
    const std::array<double, 5> d{2.730013233, 0.998605829, 0.239853885, 1.306451161, 2.099404359};
    const std::array<double, 5> b{-3.615266964, -1.322420939, -0.317630631, -1.730090414, -2.780172320};
    for (std::size_t j = 0; j < 5; ++j) {
        CHECK_THAT(result.items[j].parameters.a, WithinAbs(0.755134617, 1e-6));
        CHECK_THAT(result.items[j].a_se.value(), WithinAbs(0.069433, 1e-6));
        CHECK_THAT(result.items[j].intercepts[0], WithinAbs(d[j], 1e-6));
        CHECK_THAT(result.items[j].parameters.b[0], WithinAbs(b[j], 1e-6));
    }
}

TEST_CASE("with one step GRM and GPCM are the 2PL") {
    const auto two_pl = calibrated(test::lsat6(), irt_model::two_pl);
    for (const auto model : {irt_model::grm, irt_model::gpcm}) {
        const auto other = calibrated(test::lsat6(), model);
        CHECK(other.items[0].parameters.model == model);
        CHECK_THAT(other.log_likelihood, WithinAbs(two_pl.log_likelihood, 1e-9));
        const auto expected = numbers(two_pl), found = numbers(other);
        for (std::size_t k = 3; k < expected.size(); ++k) CHECK_THAT(found[k], WithinAbs(expected[k], 1e-8));
    }
}

TEST_CASE("the scaling constant of the test divides the slope and leaves the rest") {
    calibration::settings how;
    how.d = 1.702;
    const auto scaled = calibration::calibrate(test::lsat6(), how);
    const auto plain = calibrated(test::lsat6(), irt_model::two_pl);
    CHECK_THAT(scaled.log_likelihood, WithinAbs(plain.log_likelihood, 1e-9));
    for (std::size_t j = 0; j < 5; ++j) {
        CHECK_THAT(scaled.items[j].parameters.a * 1.702, WithinAbs(plain.items[j].parameters.a, 1e-9));
        CHECK_THAT(*scaled.items[j].a_se * 1.702, WithinAbs(*plain.items[j].a_se, 1e-9));
        CHECK_THAT(scaled.items[j].parameters.b[0], WithinAbs(plain.items[j].parameters.b[0], 1e-9));
        CHECK_THAT(scaled.items[j].b_se[0], WithinAbs(plain.items[j].b_se[0], 1e-9));
    }
}

TEST_CASE("simulated parameters are found again, about as far off as the standard errors say") {
    const struct {
        irt_model model;
        std::size_t steps, persons;
    } cases[] = {{irt_model::two_pl, 1, 2000}, {irt_model::grm, 3, 1500}, {irt_model::gpcm, 3, 1500}};
    for (const auto& [model, steps, persons] : cases) {
        test::simulation simulation(20 + static_cast<unsigned>(steps));
        const auto truth = simulation.items(model, 15, steps);
        const auto found = calibrated(simulation.answers(truth, persons), model);
        CHECK(found.converged);
        const auto off = recovered(truth, found);
        CHECK(off.worst < 4);
        CHECK(off.mean_square > 0.5);
        CHECK(off.mean_square < 1.8);
        for (const auto& item : found.items) CHECK(std::is_sorted(item.intercepts.rbegin(), item.intercepts.rend()));
    }
}

TEST_CASE("3PL with its priors finds simulated parameters again") {
    test::simulation simulation(5);
    const auto truth = simulation.items(irt_model::three_pl, 20, 1);
    const auto found = calibrated(simulation.answers(truth, 4000), irt_model::three_pl);
    CHECK(found.converged);
    const auto off = recovered(truth, found);
    CHECK(off.worst < 4);
    CHECK(off.mean_square < 1.8);
    double distance = 0;
    for (std::size_t j = 0; j < truth.size(); ++j) {
        CHECK(found.items[j].c_se.value() > 0);
        distance += std::fabs(found.items[j].parameters.c - truth[j].c) / 20;
    }
    CHECK(distance < 0.06);
}

TEST_CASE("threads and the order of the persons change no bit") {
    test::simulation simulation(77);
    for (const auto model : {irt_model::one_pl, irt_model::three_pl, irt_model::grm}) {
        const auto truth = simulation.items(model, 12, model == irt_model::grm ? 2 : 1);
        auto data = simulation.answers(truth, 3000);
        const auto once = numbers(calibrated(data, model, 1));
        CHECK(same(numbers(calibrated(data, model, 2)), once));
        CHECK(same(numbers(calibrated(data, model, 7)), once));
        std::vector<std::uint8_t> backwards;
        for (std::size_t i = 3000; i-- > 0;)
            backwards.insert(backwards.end(), data.categories.begin() + static_cast<std::ptrdiff_t>(i * 12),
                             data.categories.begin() + static_cast<std::ptrdiff_t>(i * 12 + 12));
        data.categories = backwards;
        CHECK(same(numbers(calibrated(data, model, 1)), once));
    }
}

TEST_CASE("missing answers say nothing") {
    auto data = test::lsat6();
    const auto complete = calibrated(data, irt_model::two_pl);
    data.categories.insert(data.categories.end(), 50, calibration::missing);
    const auto more = calibrated(data, irt_model::two_pl);
    CHECK(more.persons == 1000);
    CHECK(same(numbers(more), numbers(complete)));

    // two forms that share five items; each person saw one of them
    test::simulation simulation(3);
    const auto truth = simulation.items(irt_model::two_pl, 15, 1);
    auto forms = simulation.answers(truth, 4000);
    for (std::size_t i = 0; i < 4000; ++i)
        for (std::size_t j = 0; j < 5; ++j) forms.categories[i * 15 + (i % 2) * 10 + j] = calibration::missing;
    const auto found = calibrated(forms, irt_model::two_pl);
    CHECK(found.converged);
    CHECK(recovered(truth, found).worst < 4);
}

TEST_CASE("items that nothing can be said about are left out, and the others as if they were not there") {
    const auto lsat = test::lsat6();
    const auto expected = calibrated(lsat, irt_model::gpcm);
    responses data{{1, 1, 1, 1, 1, 1, 1, 3}, {}};
    for (std::size_t i = 0; i < 1000; ++i) {
        data.categories.insert(data.categories.end(), lsat.categories.begin() + static_cast<std::ptrdiff_t>(5 * i),
                               lsat.categories.begin() + static_cast<std::ptrdiff_t>(5 * i + 5));
        data.categories.insert(data.categories.end(), {1, calibration::missing, static_cast<std::uint8_t>(i % 2)});
    }
    const auto result = calibrated(data, irt_model::gpcm);
    CHECK(result.items[5].state == item_state::no_variation);
    CHECK(result.items[6].state == item_state::no_answers);
    CHECK(result.items[7].state == item_state::empty_category);
    CHECK(result.items[7].parameters.b.empty());
    CHECK(result.log_likelihood == expected.log_likelihood);
    for (std::size_t j = 0; j < 5; ++j) CHECK(result.items[j].parameters.a == expected.items[j].parameters.a);
}

TEST_CASE("an item without a finite estimate is left out") {
    auto data = test::lsat6(); // and twice an item that is right exactly for those who have all of the others
    responses more{{1, 1, 1, 1, 1, 1, 1}, {}};
    for (std::size_t i = 0; i < 1000; ++i) {
        const auto* row = data.categories.data() + 5 * i;
        more.categories.insert(more.categories.end(), row, row + 5);
        const auto all = static_cast<std::uint8_t>(std::count(row, row + 5, 1) == 5);
        more.categories.insert(more.categories.end(), {all, all});
    }
    const auto result = calibrated(more, irt_model::two_pl);
    CHECK(result.items[5].state == item_state::no_finite_estimate);
    CHECK(result.items[6].state == item_state::no_finite_estimate);
    CHECK(result.items[0].state == item_state::estimated);
}

TEST_CASE("data that do not determine the parameters give no standard errors") {
    auto data = test::lsat6();
    responses two{{1, 1}, {}};
    for (std::size_t i = 0; i < 1000; ++i)
        two.categories.insert(two.categories.end(), {data.categories[5 * i], data.categories[5 * i + 1]});
    const auto result = calibrated(two, irt_model::two_pl);
    CHECK(result.converged); // to one of many maxima
    CHECK(result.se == calibration::se_method::none);
    CHECK_FALSE(result.items[0].a_se.has_value());
    CHECK(std::isfinite(result.items[0].parameters.a));
    CHECK(calibrated({{1, 1}, {}}, irt_model::two_pl).parameters == 0);
    CHECK(calibrated({}, irt_model::two_pl).items.empty());
}

TEST_CASE("thresholds of a GRM nearer to each other than a definition allows are left out") {
    test::simulation simulation(12);
    auto truth = simulation.items(irt_model::grm, 5, 1);
    auto data = simulation.answers(truth, 6000);
    data.steps[4] = 2; // its middle category was chosen once
    for (std::size_t i = 0; i < 6000; ++i) data.categories[5 * i + 4] *= 2;
    data.categories[4] = 1;
    const auto result = calibrated(data, irt_model::grm);
    CHECK(result.converged);
    const auto& b = result.items[4].parameters.b;
    REQUIRE(b.size() == 2);
    CHECK(b[1] - b[0] > 0);
    CHECK(b[1] - b[0] < domain::limits::least_threshold_gap);
    CHECK(result.items[4].state == item_state::out_of_range);
    for (std::size_t j = 0; j < 4; ++j) CHECK(result.items[j].state == item_state::estimated);
}

TEST_CASE("a slope below 0 is legal in the 2PL and the GPCM, and in no GRM") {
    auto data = test::lsat6();
    for (std::size_t i = 0; i < 1000; ++i) data.categories[5 * i + 2] ^= 1;
    for (const auto model : {irt_model::two_pl, irt_model::gpcm, irt_model::grm}) {
        const auto result = calibrated(data, model);
        CHECK(result.items[2].parameters.a < -0.5);
        CHECK(result.items[2].state == (model == irt_model::grm ? item_state::out_of_range : item_state::estimated));
        CHECK(result.items[3].state == item_state::estimated);
    }
}

TEST_CASE("a saddle point is no convergence") {
    // the second and the third item are each other's opposite and say nothing of the first: slopes of 0 for both are
    // stationary, and the likelihood grows on the way to opposite ones
    responses data{{1, 1, 1}, {}};
    for (int i = 0; i < 20; ++i) data.categories.insert(data.categories.end(), {1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 0});
    const auto result = calibrated(data, irt_model::two_pl);
    CHECK(result.max_gradient < 1e-6);
    CHECK(result.iterations < 500);
    CHECK_FALSE(result.converged);
    CHECK(result.se == calibration::se_method::none);
}

TEST_CASE("whatever the data, what comes out is finite and legal") {
    test::simulation simulation(99);
    for (int run = 0; run < 150; ++run) {
        responses data;
        const auto model = std::array{irt_model::one_pl, irt_model::two_pl, irt_model::three_pl, irt_model::grm,
                                      irt_model::gpcm}[static_cast<std::size_t>(run % 5)];
        const bool several = model == irt_model::grm || model == irt_model::gpcm;
        const auto items = static_cast<std::size_t>(simulation.uniform(1, 7));
        for (std::size_t j = 0; j < items; ++j)
            data.steps.push_back(several ? static_cast<std::size_t>(simulation.uniform(1, 4)) : 1);
        const double noise = simulation.uniform(0, 2), bound = simulation.uniform(-1.5, 1.5);
        for (int i = static_cast<int>(simulation.uniform(1, 120)); i > 0; --i) {
            const double theta = simulation.normal();
            for (std::size_t j = 0; j < items; ++j) {
                const double z = (theta + noise * simulation.normal() - bound) * static_cast<double>(data.steps[j]);
                const auto category = static_cast<std::uint8_t>(std::clamp(z, 0.0, static_cast<double>(data.steps[j])));
                data.categories.push_back(simulation.uniform() < 0.05 ? calibration::missing : category);
            }
        }
        calibration::settings how;
        how.model = model;
        how.max_iterations = 60;
        const auto result = calibration::calibrate(data, how);
        for (const double number : numbers(result)) REQUIRE(std::isfinite(number));
        for (const auto& item : result.items) {
            if (item.state != item_state::estimated) continue;
            const auto& b = item.parameters.b;
            CHECK(std::fabs(item.parameters.a) <= 1000);
            CHECK(std::all_of(b.begin(), b.end(), [](double x) { return std::fabs(x) <= 1000; }));
            CHECK(item.parameters.c <= 0.99);
            if (model != irt_model::grm) continue;
            CHECK(item.parameters.a >= 0.001);
            for (std::size_t k = 1; k < b.size(); ++k) CHECK(b[k] >= b[k - 1] + 0.001);
        }
    }
}
