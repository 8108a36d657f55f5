#include "irt/ability.hpp"

#include "banks.hpp"
#include "irt/elementary.hpp"
#include "irt/sum_score.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

using namespace gradesvc;
using namespace gradesvc::test;

namespace {

irt::estimate eap(const irt::item_bank& bank, const std::vector<irt::response>& given, double* marginal = nullptr) {
    auto values = log_likelihood(bank, given);
    std::vector<double> mass(values.size());
    if (marginal) {
        *marginal = 0;
        for (std::size_t q = 0; q < values.size(); ++q) *marginal += bank.grid().weights[q] * irt::exp(values[q]);
    }
    irt::posterior(bank, values, mass);
    return irt::eap(bank, mass);
}

using estimator = irt::estimate (*)(const irt::item_bank&, std::span<const irt::response>, std::span<const double>);

irt::estimate by(estimator how, const irt::item_bank& bank, const std::vector<irt::response>& given) {
    return how(bank, given, log_likelihood(bank, given));
}

/// A row of tests/vectors/lsat6.csv; NA is NaN.
struct reference {
    std::string pattern;
    std::vector<double> values; // freq, mle, se, wle, se, map, se, eap, psd, marginal
};

std::vector<reference> lsat_rows() {
    std::ifstream file(GRADESVC_SOURCE_DIR "/tests/vectors/lsat6.csv");
    std::string line, cell;
    std::getline(file, line);
    std::vector<reference> rows;
    while (std::getline(file, line)) {
        std::stringstream cells(line);
        auto& row = rows.emplace_back();
        std::getline(cells, row.pattern, ',');
        while (std::getline(cells, cell, ',')) row.values.push_back(cell == "NA" ? NAN : std::stod(cell));
    }
    return rows;
}

void check(const irt::estimate& found, double theta, double se, double margin) {
    CHECK(found.theta == Approx(theta).epsilon(0).margin(margin));
    REQUIRE(found.se);
    CHECK(*found.se == Approx(se).epsilon(0).margin(margin));
    CHECK_FALSE(found.extreme);
}

} // namespace

TEST_CASE("the estimates of all patterns of LSAT-6", "[ability]") {
    const auto rows = lsat_rows();
    REQUIRE(rows.size() == 32);
    const auto fine = bank_of(lsat6(), 8, 121);
    for (const auto& [pattern, v] : rows) {
        CAPTURE(pattern);
        const auto given = responses(pattern);
        double marginal = 0;
        check(eap(fine, given, &marginal), v[7], v[8], 2e-8);
        CHECK(marginal == Approx(v[9]).epsilon(0).margin(1e-9));
        check(by(irt::wle, fine, given), v[3], v[4], 1e-9);
        check(by(irt::map, fine, given), v[5], v[6], 1e-9);
        if (!std::isnan(v[1])) check(by(irt::mle, fine, given), v[1], v[2], 1e-9);
    }
}

// The usual grid ends at -6, which cuts 2e-6 off the spread of those who got everything wrong.
TEST_CASE("the usual grid is good for all patterns of LSAT-6", "[ability]") {
    const auto usual = bank_of(lsat6(), 6, 61);
    for (const auto& [pattern, v] : lsat_rows())
        check(eap(usual, responses(pattern)), v[7], v[8], pattern == "00000" ? 2e-6 : 1e-6);
}

TEST_CASE("an estimate without finite maximum is the bound of the grid, without error", "[ability]") {
    const auto bank = bank_of(lsat6(), 6, 61);
    for (const auto& [pattern, bound] : {std::pair("00000", -6.0), std::pair("11111", 6.0)}) {
        const auto found = by(irt::mle, bank, responses(pattern));
        CHECK(found.extreme);
        CHECK(found.theta == bound);
        CHECK_FALSE(found.se);
    }
}

TEST_CASE("a finite maximum beyond the grid is found", "[ability]") {
    const auto wide = by(irt::mle, bank_of(lsat6(), 8), responses("00001"));
    check(by(irt::mle, bank_of(lsat6(), 2, 21), responses("00001")), wide.theta, *wide.se, 1e-9);
    CHECK(wide.theta < -2);
}

TEST_CASE("the estimates of 3PL patterns, one of them mixed and without finite maximum", "[ability]") {
    struct row {
        const char* pattern;
        std::optional<std::pair<double, double>> mle; // null: no finite maximum
        double bound, wle, wle_se, map, map_se, eap, psd, marginal;
    };
    const auto none = std::nullopt;
    const row rows[] = {
        {"11111000", std::pair(0.67766211, 0.81587669), 0, 0.58529374, 0.80911788, 0.43084203, 0.62628082, 0.39026255,
         0.65276148, 0.02710151},
        {"11100000", std::pair(-0.66584426, 0.97798566), 0, -0.57800828, 0.95120569, -0.40253470, 0.67046839,
         -0.48133203, 0.64631067, 0.02057102},
        {"01010101", std::pair(-1.59391024, 1.38433495), 0, -1.31348989, 1.23540985, -0.74243809, 0.70813448,
         -0.82167097, 0.69562481, 0.00080157},
        {"00000000", none, -6, -3.08749457, 3.17206019, -1.54729804, 0.80515465, -1.62181048, 0.67874462, 0.00557663},
        {"11111111", none, 6, 3.09878682, 1.58833604, 1.46763806, 0.68764102, 1.49486399, 0.74698937, 0.03919439},
        {"00001111", none, -6, -2.59650402, 2.29473436, -0.82669786, 0.71815652, -0.90892831, 0.82975690, 0.00008231}};
    const auto bank = bank_of(eight_3pl(), 8, 121);
    for (const auto& r : rows) {
        CAPTURE(r.pattern);
        const auto given = responses(r.pattern);
        double marginal = 0;
        check(eap(bank, given, &marginal), r.eap, r.psd, 2e-8);
        CHECK(marginal == Approx(r.marginal).epsilon(0).margin(1e-8));
        check(by(irt::wle, bank, given), r.wle, r.wle_se, 1e-8);
        check(by(irt::map, bank, given), r.map, r.map_se, 1e-8);
        if (r.mle) {
            check(by(irt::mle, bank, given), r.mle->first, r.mle->second, 1e-8);
            continue;
        }
        const auto found = by(irt::mle, bank_of(eight_3pl(), 6, 61), given);
        CHECK(found.extreme);
        CHECK(found.theta == r.bound);
    }
}

TEST_CASE("a missing response counts nothing", "[ability]") {
    auto without = lsat6();
    without.erase(without.begin() + 2);
    const auto all = bank_of(lsat6()), four = bank_of(without);
    for (const auto how : {irt::mle, irt::map, irt::wle}) {
        const auto expected = by(how, four, responses("1011"));
        check(by(how, all, responses("10.11")), expected.theta, *expected.se, 1e-12);
    }
    const auto expected = eap(four, responses("1011"));
    check(eap(all, responses("10.11")), expected.theta, *expected.se, 1e-12);
}

TEST_CASE("without any response EAP and MAP are the prior", "[ability]") {
    const auto bank = bank_of(lsat6(), 9, 181, 1, {0.5, 1.2});
    check(eap(bank, responses(".....")), 0.5, 1.2, 1e-6);
    check(by(irt::map, bank, responses(".....")), 0.5, 1.2, 1e-12);
}

TEST_CASE("D stretches the scale", "[ability]") {
    auto stretched = lsat6();
    for (auto& item : stretched) item.a *= 1.702;
    const auto expected = eap(bank_of(stretched), responses("10110"));
    check(eap(bank_of(lsat6(), 8, 161, 1.702), responses("10110")), expected.theta, *expected.se, 1e-12);
}

TEST_CASE("moving prior and items together moves the estimates", "[ability]") {
    auto moved = lsat6();
    for (auto& item : moved) item.b[0] += 1;
    const irt::item_bank bank(moved, 1, irt::normal_quadrature(-7, 9, 161, 1, 1), {1, 1});
    for (const auto how : {irt::mle, irt::map, irt::wle}) {
        const auto expected = by(how, bank_of(lsat6()), responses("01101"));
        check(by(how, bank, responses("01101")), expected.theta + 1, *expected.se, 1e-10);
    }
}

TEST_CASE("models mix in one test", "[ability]") {
    const auto bank =
        bank_of({two_pl(1.2, 0), graded(1.5, {-1, 0.5}), partial_credit(0.9, {-0.5, 0.7}), three_pl(1, 1, 0.2)});
    double before = -9;
    for (const auto* pattern : {"0000", "0100", "0110", "1110", "1210", "1220", "1221"}) {
        const auto found = eap(bank, responses(pattern));
        CHECK(found.theta > before);
        before = found.theta;
    }
    CHECK(by(irt::mle, bank, responses("1221")).extreme);
    CHECK_FALSE(by(irt::mle, bank, responses("1120")).extreme);
}

TEST_CASE("items with a negative slope turn the extremes round", "[ability]") {
    const auto bank = bank_of({two_pl(1, 0), two_pl(-1, 0.5)}, 6, 61);
    const auto found = by(irt::mle, bank, responses("10"));
    CHECK(found.extreme);
    CHECK(found.theta == 6);
    CHECK_FALSE(by(irt::mle, bank, responses("11")).extreme);
}

TEST_CASE("a symmetric test has its maximum at the middle", "[ability]") {
    const auto bank = bank_of({two_pl(1, -1), two_pl(1, 1)}, 6, 61);
    check(by(irt::mle, bank, responses("10")), 0, 1 / std::sqrt(2 * 0.19661193324148185), 1e-12);
}

TEST_CASE("EAP of the sum score", "[ability]") {
    struct row {
        double eap, psd, probability;
    };
    const row lsat[] = {{-1.8968255026, 0.8012738246, 0.0022762479}, {-1.4129972403, 0.8043742964, 0.0204669289},
                        {-0.9352374655, 0.8104845637, 0.0890224633}, {-0.4455470764, 0.8219043540, 0.2291205699},
                        {0.0745868434, 0.8388621592, 0.3624238157},  {0.6456114814, 0.8590061035, 0.2966899743}};
    const auto table = irt::sum_score_table(bank_of(lsat6()));
    REQUIRE(table.size() == 6);
    for (std::size_t s = 0; s < 6; ++s) {
        CHECK(table[s].eap == Approx(lsat[s].eap).epsilon(0).margin(2e-9));
        CHECK(table[s].sd == Approx(lsat[s].psd).epsilon(0).margin(2e-9));
        CHECK(table[s].probability == Approx(lsat[s].probability).epsilon(0).margin(2e-9));
    }
    const double guessing[] = {-1.62181048, -1.32871021, -1.01106888, -0.66664979, -0.29193061,
                               0.11671588,  0.55397520,  1.01175273,  1.49486399};
    const auto table_3pl = irt::sum_score_table(bank_of(eight_3pl()));
    for (std::size_t s = 0; s < 9; ++s) CHECK(table_3pl[s].eap == Approx(guessing[s]).epsilon(0).margin(1e-8));
}

TEST_CASE("sums of polytomous items", "[ability]") {
    const auto table = irt::sum_score_table(bank_of({graded(1.5, {-1, 0.5}), two_pl(1, 0)}));
    REQUIRE(table.size() == 4);
    double sum = 0;
    for (const auto& line : table) sum += line.probability;
    CHECK(sum == Approx(1).epsilon(1e-12));
    CHECK(std::is_sorted(table.begin(), table.end(), [](const auto& a, const auto& b) { return a.eap < b.eap; }));
}

TEST_CASE("the marginal reliability of LSAT-6", "[ability]") {
    CHECK(irt::marginal_reliability(bank_of(lsat6())) == Approx(0.298951245).margin(1e-9));
}

// 20 items of the literature on answer copying, whose copier has l_z = -1.96170216281 at theta 0.2.
TEST_CASE("person fit", "[ability]") {
    const double a[] = {1.0, 1.2, .8, 1.5, .9, 1.1, 1.3, .7, 1.0, 1.4, .6, 1.2, 1.0, .9, 1.6, 1.1, .8, 1.0, 1.3, .9};
    const double b[] = {-2, -1.8, -1.5, -1.2, -1, -.8, -.6, -.4, -.2, 0, .1, .3, .5, .7, .9, 1.1, 1.3, 1.5, 1.8, 2};
    std::vector<irt_parameters> items;
    for (int i = 0; i < 20; ++i) items.push_back(two_pl(a[i], b[i]));
    const auto bank = bank_of(items);
    CHECK(*irt::person_fit(bank, responses("11101101001100110010"), 0.2) == Approx(-1.96170216281).margin(1e-10));
    CHECK(*irt::person_fit(bank, responses("11111111111000000000"), 0.2) > 0);
    CHECK(*irt::person_fit(bank, responses("00000000011111111111"), 0.2) < -3);
    CHECK_FALSE(irt::person_fit(bank, responses("...................."), 0.2));
}
