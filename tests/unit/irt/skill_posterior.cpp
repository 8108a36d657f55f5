#include "irt/skill_posterior.hpp"

#include "banks.hpp"
#include "irt/ability.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <string>
#include <tuple>

using namespace gradesvc;
using namespace gradesvc::test;

namespace {

using correlations = std::vector<std::vector<double>>;

const correlations three{{1, .7, .5}, {.7, 1, .6}, {.5, .6, 1}};

std::vector<irt::skill_item> nine_items() {
    const double a[] = {1.2, 0.9, 1.5, 1.0, 1.4, 0.8, 1.3, 1.1, 0.7};
    const double b[] = {-1, 0, .8, -.5, .4, 1, -1.2, .1, .6};
    std::vector<irt::skill_item> items;
    for (std::size_t i = 0; i < 9; ++i) items.push_back({two_pl(a[i], b[i]), {{i / 3, 1.0}}});
    return items;
}

irt::skill_posterior model(const correlations& r, const std::vector<irt::skill_item>& items, int points = 21,
                           double range = 6, irt::normal_prior prior = {}) {
    return {r, items, 1, -range, range, points, prior, std::vector<double>(r.size(), 0.0)};
}

irt::skill_estimates estimates(const irt::skill_posterior& of, std::string_view pattern) {
    std::vector<double> workspace;
    return of(responses(pattern), workspace);
}

struct moments {
    double weight = 0, mean[2] = {}, product = 0;
};

// log P of a response to an item that tests two skills at `x` and `y`.
double log_probability(const irt::skill_item& item, char response, double x, double y, double rho) {
    double w[2] = {};
    for (const auto& [skill, weight] : item.weights) w[skill] = weight;
    const double variance = w[0] * w[0] + w[1] * w[1] + 2 * rho * w[0] * w[1];
    std::vector<double> logs(irt::categories(item.parameters));
    irt::log_probabilities(item.parameters, 1, (w[0] * x + w[1] * y) / std::sqrt(variance), logs);
    return logs[static_cast<std::size_t>(response - '0')];
}

// The posterior of two skills by brute force: every node, every item.
moments by_brute_force(double rho, const std::vector<irt::skill_item>& items, std::string_view pattern, int points) {
    moments sum;
    const auto grid = irt::normal_quadrature(-6, 6, points, 0, 1);
    for (const double x : grid.nodes)
        for (const double y : grid.nodes) {
            double l = -0.5 * (x * x - 2 * rho * x * y + y * y) / (1 - rho * rho);
            for (std::size_t i = 0; i < items.size(); ++i) l += log_probability(items[i], pattern[i], x, y, rho);
            const double p = std::exp(l);
            sum.weight += p;
            sum.mean[0] += p * x;
            sum.mean[1] += p * y;
            sum.product += p * x * y;
        }
    return sum;
}

} // namespace

TEST_CASE("the posterior of three correlated skills", "[skills]") {
    struct row {
        const char* pattern;
        double mean[3], sd[3], cov12, cov13, cov23;
    };
    const row rows[] = {{"111000100",
                         {0.48037585, -0.34147197, -0.30473674},
                         {0.68452799, 0.68748245, 0.72575055},
                         0.22712361,
                         0.13135440,
                         0.18993742},
                        {"111111111",
                         {1.52026679, 1.58135183, 1.37844482},
                         {0.73953146, 0.74066694, 0.79741043},
                         0.29131512,
                         0.18625866,
                         0.25622897},
                        {"000000000",
                         {-1.51470955, -1.53860320, -1.53153289},
                         {0.75743151, 0.76187210, 0.75749632},
                         0.31454955,
                         0.18070859,
                         0.24700773}};
    const auto usual = model(three, nine_items()), fine = model(three, nine_items(), 101);
    for (const auto& r : rows)
        for (const auto& [of, margin] : {std::pair(&usual, 1e-6), std::pair(&fine, 1e-7)}) {
            CAPTURE(r.pattern, margin);
            const auto found = estimates(*of, r.pattern);
            for (std::size_t k = 0; k < 3; ++k) {
                CHECK(found.mean[k] == Approx(r.mean[k]).epsilon(0).margin(margin));
                CHECK(std::sqrt(found.covariance[k][k]) == Approx(r.sd[k]).epsilon(0).margin(margin));
            }
            CHECK(found.covariance[0][1] == Approx(r.cov12).epsilon(0).margin(margin));
            CHECK(found.covariance[2][0] == Approx(r.cov13).epsilon(0).margin(margin));
            CHECK(found.covariance[1][2] == Approx(r.cov23).epsilon(0).margin(margin));
        }
}

TEST_CASE("items that test several skills, of any model", "[skills]") {
    std::vector<irt::skill_item> items{{two_pl(1.2, 0), {{0, 1}}},
                                       {two_pl(1.1, 0.3), {{1, 1}}},
                                       {graded(1.4, {-0.5, 0.8}), {{0, 1}, {1, 0.5}}},
                                       {three_pl(1.6, 0.2, 0.2), {{0, 0.25}, {1, 2}}},
                                       {partial_credit(0.8, {0.4, -0.1}), {{1, 3}}}};
    const auto of = model({{1, .4}, {.4, 1}}, items, 31);
    for (const auto* pattern : {"10212", "01100", "11212", "00001"}) {
        CAPTURE(pattern);
        const auto expected = by_brute_force(0.4, items, pattern, 31);
        const auto found = estimates(of, pattern);
        for (std::size_t s = 0; s < 2; ++s)
            CHECK(found.mean[s] == Approx(expected.mean[s] / expected.weight).margin(1e-12));
        CHECK(found.covariance[0][1] ==
              Approx(expected.product / expected.weight - found.mean[0] * found.mean[1]).margin(1e-12));
    }
}

TEST_CASE("one skill alone is the ability", "[skills]") {
    std::vector<irt::skill_item> items;
    for (const auto& item : lsat6()) items.push_back({item, {{0, 1.0}}});
    const auto bank = bank_of(lsat6(), 6, 61);
    auto values = log_likelihood(bank, responses("10110"));
    std::vector<double> mass(61);
    irt::posterior(bank, values, mass);
    const auto expected = irt::eap(bank, mass);
    const auto found = estimates(model({{1}}, items, 61), "10110");
    CHECK(found.mean[0] == Approx(expected.theta).margin(1e-12));
    CHECK(std::sqrt(found.covariance[0][0]) == Approx(*expected.se).margin(1e-12));
}

TEST_CASE("without responses the posterior is the prior", "[skills]") {
    const auto found = estimates(model(three, nine_items(), 31, 8, {0.5, 1.2}), ".........");
    for (std::size_t k = 0; k < 3; ++k) {
        CHECK(found.mean[k] == Approx(0.5).margin(1e-6));
        CHECK(std::sqrt(found.covariance[k][k]) == Approx(1.2).margin(1e-6));
    }
    CHECK(found.covariance[0][1] == Approx(0.7 * 1.44).margin(1e-5));
    CHECK(found.above_cut[1] == Approx(0.66154).margin(3e-3)); // P(N(0.5, 1.2²) >= 0)
}

TEST_CASE("skills that no item tests borrow from the others", "[skills]") {
    auto items = nine_items();
    items.resize(6); // none of the third
    const auto found = estimates(model(three, items), "111111");
    CHECK(found.mean[2] > 0.3);
    CHECK(found.mean[2] < found.mean[1]);
}

TEST_CASE("mastery is the mass above the cut, in proportion where the cut goes through a cell", "[skills]") {
    const std::vector<double> nodes{-1, 0, 1};
    const double mass[] = {0.25, 0.5, 0.25};
    CHECK(irt::mass_above(nodes, mass, 0) == 0.5);
    CHECK(irt::mass_above(nodes, mass, 0.5) == 0.25);
    CHECK(irt::mass_above(nodes, mass, 0.25) == Approx(0.375));
    CHECK(irt::mass_above(nodes, mass, -2) == 1);
    CHECK(irt::mass_above(nodes, mass, 2) == 0);
}

TEST_CASE("six skills", "[skills]") {
    correlations r(6, std::vector<double>(6, 0.5));
    std::vector<irt::skill_item> items;
    for (std::size_t k = 0; k < 6; ++k) {
        r[k][k] = 1;
        for (int i = 0; i < 6; ++i) items.push_back({two_pl(1.2, i * 0.4 - 1), {{k, 1.0}}});
    }
    const auto found = estimates(model(r, items, 9), "111111111110111100111000110000100000");
    for (std::size_t k = 1; k < 6; ++k) CHECK(found.mean[k] < found.mean[k - 1]);
}

// Skills with equal correlations are independent given one common factor: then the posterior is a nest of single integrals.
TEST_CASE("narrow posteriors of many skills are as exact as the grid allows", "[skills]") {
    constexpr double rho = 0.6;
    for (const auto& [count, points, margin] :
         {std::tuple(std::size_t(3), 21, 1e-7), std::tuple(std::size_t(4), 21, 1e-7),
          std::tuple(std::size_t(6), 11, 1e-4)}) {
        CAPTURE(count, points);
        correlations r(count, std::vector<double>(count, rho));
        std::vector<irt::skill_item> items;
        std::string pattern;
        for (std::size_t k = 0; k < count; ++k) {
            r[k][k] = 1;
            for (std::size_t i = 0; i < 8; ++i) {
                items.push_back({two_pl(1.5, -1.4 + 0.4 * static_cast<double>(i)), {{k, 1.0}}});
                pattern += i < 3 + k % 4 ? '1' : '0';
            }
        }
        const auto found = estimates(model(r, items, points), pattern);
        const auto exact = irt::normal_quadrature(-8, 8, 161, 0, 1);
        std::vector<double> mean(count);
        double weight = 0;
        for (std::size_t f = 0; f < exact.size(); ++f) {
            std::vector<double> mass(count), moment(count);
            double product = exact.weights[f];
            for (std::size_t k = 0; k < count; ++k) {
                for (std::size_t u = 0; u < exact.size(); ++u) {
                    const double x = std::sqrt(rho) * exact.nodes[f] + std::sqrt(1 - rho) * exact.nodes[u];
                    double p = exact.weights[u];
                    for (std::size_t i = 8 * k; i < 8 * k + 8; ++i) {
                        const double right = 1 / (1 + std::exp(-1.5 * (x - items[i].parameters.b[0])));
                        p *= pattern[i] == '1' ? right : 1 - right;
                    }
                    mass[k] += p;
                    moment[k] += p * x;
                }
                product *= mass[k];
            }
            weight += product;
            for (std::size_t k = 0; k < count; ++k) mean[k] += product * moment[k] / mass[k];
        }
        for (std::size_t k = 0; k < count; ++k)
            CHECK(found.mean[k] == Approx(mean[k] / weight).epsilon(0).margin(margin));
    }
}

TEST_CASE("responses at odds with every ability have an estimate all the same", "[skills]") {
    std::vector<irt::skill_item> items;
    for (const double b : {-3.0, 3.0})
        for (std::size_t k = 0; k < 2; ++k) items.push_back({two_pl(600, b), {{k, 1.0}}});
    const auto found = estimates(model({{1, .5}, {.5, 1}}, items), "0011"); // the easy ones wrong, the hard ones right
    for (std::size_t k = 0; k < 2; ++k) {
        CHECK(std::isfinite(found.mean[k]));
        CHECK(std::isfinite(found.covariance[k][k]));
    }
}
