#include "calibration/information.hpp"
#include "simulation.hpp"
#include "support/catch.hpp"

#include <numeric>

using namespace gradesvc;
using namespace gradesvc::calibration;
using Catch::Matchers::WithinAbs;
using domain::irt_model;

namespace {

struct sample {
    sample(irt_model model, std::size_t steps, std::size_t persons) : simulation(31) {
        truth = simulation.items(model, 6, steps);
        data = simulation.answers(truth, persons);
        for (std::size_t i = 0; i < data.categories.size(); i += 7) data.categories[i] = missing;
        std::vector<std::size_t> items(truth.size());
        std::iota(items.begin(), items.end(), 0);
        set = make_patterns(data, items);
        map.emplace(model, set);
        x.resize(map->size());
        for (std::size_t j = 0; j < truth.size(); ++j) {
            x[map->index(j, 0)] = model == irt_model::one_pl ? 1.3 : truth[j].a;
            for (std::size_t k = 1; k <= steps; ++k) x[map->index(j, k)] = -x[map->index(j, 0)] * truth[j].b[k - 1];
            if (model == irt_model::three_pl) x[map->index(j, 2)] = irt::log(truth[j].c / (1 - truth[j].c));
        }
    }

    problem at() const { return {set, *map, grid}; }
    double value(const std::vector<double>& where) const {
        return expect(tabulate(*map, set, grid, where), set, 1).log_likelihood + log_prior(at(), where);
    }
    std::vector<double> gradient(const std::vector<double>& where) const {
        return slopes_at(at(), expect(tabulate(*map, set, grid, where), set, 1), where).gradient;
    }

    test::simulation simulation;
    std::vector<domain::irt_parameters> truth;
    responses data;
    pattern_set set;
    std::optional<parameter_map> map;
    irt::quadrature grid = irt::normal_quadrature(-5, 5, 31, 0, 1);
    std::vector<double> x;
};

const struct {
    irt_model model;
    std::size_t steps;
} all_models[] = {{irt_model::one_pl, 1}, {irt_model::two_pl, 1}, {irt_model::three_pl, 1},
                  {irt_model::grm, 1},    {irt_model::grm, 4},    {irt_model::gpcm, 3}};

} // namespace

TEST_CASE("items by slope and intercepts are those of the ability model") {
    test::simulation simulation(1);
    for (const auto& [model, steps] : all_models)
        for (const auto& item : simulation.items(model, 5, steps)) {
            std::vector<double> x{1.7 * item.a};
            for (const double b : item.b) x.push_back(-x[0] * b);
            if (model == irt_model::three_pl) x.push_back(irt::log(item.c / (1 - item.c)));
            for (const double theta : {-6.0, -0.3, 0.0, 2.5}) {
                item_curves curves;
                evaluate(model, x, theta, curves);
                std::vector<double> logs(steps + 1);
                irt::log_probabilities(item, 1.7, theta, logs);
                for (std::size_t k = 0; k <= steps; ++k) CHECK_THAT(curves.log_p[k], WithinAbs(logs[k], 1e-12));
            }
        }
}

TEST_CASE("the gradient is that of the marginal likelihood and the priors") {
    for (const auto& [model, steps] : all_models) {
        const sample s(model, steps, 400);
        const auto gradient = s.gradient(s.x);
        for (std::size_t k = 0; k < s.x.size(); ++k) {
            auto up = s.x, down = s.x;
            up[k] += 1e-5;
            down[k] -= 1e-5;
            CHECK_THAT(gradient[k], WithinAbs((s.value(up) - s.value(down)) / 2e-5, 1e-5));
        }
    }
}

TEST_CASE("the observed information is the negative derivative of the gradient") {
    for (const auto& [model, steps] : all_models) {
        const sample s(model, steps, 400);
        const auto table = tabulate(*s.map, s.set, s.grid, s.x);
        const auto information = observed_information(s.at(), table, expect(table, s.set, 1), s.x, 2);
        for (std::size_t k = 0; k < s.x.size(); ++k) {
            auto up = s.x, down = s.x;
            up[k] += 1e-5;
            down[k] -= 1e-5;
            const auto above = s.gradient(up), below = s.gradient(down);
            for (std::size_t l = k; l < s.x.size(); ++l)
                CHECK_THAT(information[k][l], WithinAbs((below[l] - above[l]) / 2e-5, 1e-5));
        }
    }
}

TEST_CASE("in large samples the cross-product of the scores is near to the observed information") {
    for (const auto& [model, steps] : all_models) {
        const sample s(model, steps, 20'000);
        const auto table = tabulate(*s.map, s.set, s.grid, s.x);
        const auto observed = observed_information(s.at(), table, expect(table, s.set, 1), s.x, 1);
        const auto product = cross_product_information(s.at(), table, s.x, 1);
        for (std::size_t k = 0; k < s.x.size(); ++k) {
            if (model == irt_model::one_pl && k == 0) continue; // its slope here is not that of the data
            CHECK(std::fabs(product[k][k] / observed[k][k] - 1) < 0.15);
        }
        const auto twice = cross_product_information(s.at(), table, s.x, 3);
        CHECK(twice.values == product.values);
    }
}

TEST_CASE("a matrix times its inverse is one") {
    matrix a(3);
    const double rows[3][3] = {{4, 1, 0.5}, {1, 3, -1}, {0.5, -1, 2}};
    for (std::size_t i = 0; i < 3; ++i) std::copy(rows[i], rows[i] + 3, a[i]);
    const cholesky factor(a);
    REQUIRE(factor.positive());
    const auto inverse = factor.inverse();
    for (std::size_t i = 0; i < 3; ++i) {
        const auto unit = factor.solve(std::vector<double>(rows[i], rows[i] + 3));
        for (std::size_t j = 0; j < 3; ++j) {
            CHECK_THAT(unit[j], WithinAbs(i == j ? 1 : 0, 1e-14));
            double sum = 0;
            for (std::size_t k = 0; k < 3; ++k) sum += rows[i][k] * inverse[k][j];
            CHECK_THAT(sum, WithinAbs(i == j ? 1 : 0, 1e-14));
        }
    }
    a[2][2] = -2;
    CHECK_FALSE(cholesky(a).positive());
    a[2][2] = std::numeric_limits<double>::quiet_NaN();
    CHECK_FALSE(cholesky(a).positive());
}
