#include "scoring_support.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace gradesvc;
using namespace gradesvc::test;
using domain::tolerance_type;
using scoring::item_outcome;

namespace {

double earned(const domain::test_item& item, std::string_view answer) {
    return score(*compiled(item), answers().text(item.item_id, answer)).item_scores[0].score;
}

bool right(const domain::test_item& item, std::string_view answer) { return earned(item, answer) == 1; }

domain::test_item one_text(std::string value, bool wildcard = false, bool case_sensitive = false) {
    return text_entry("t", {{std::move(value), wildcard, case_sensitive, "1"}});
}

domain::test_item one_number(std::string value, tolerance_type type, std::string tolerance) {
    domain::numeric_key key;
    key.value = std::move(value);
    key.type = type;
    key.tolerance = std::move(tolerance);
    return numeric("n", {key});
}

domain::test_item with_units(std::string penalty, domain::penalty_base of) {
    auto item = one_number("9.81", tolerance_type::absolute, "0.02");
    item.correct.numbers[0].fraction = "0.8";
    item.units = {{{"m/s^2", "1"}, {"cm/s^2", "0.01"}}, true, std::move(penalty), of};
    return item;
}

} // namespace

TEST_CASE("the first matching text wins") {
    const auto item = text_entry("t", {{"Stegosaurus", false, true, "1"}, {"*saurus", true, false, "0.5"}});
    CHECK(earned(item, "Stegosaurus") == 1);
    CHECK(earned(item, "  Stegosaurus ") == 1);
    CHECK(earned(item, "stegosaurus") == 0.5);
    CHECK(earned(item, "Brontosaurus ") == 0.5);
    CHECK(earned(item, "saurus rex") == 0);
    const auto sheet = score(*compiled(item), answers().text("t", "Bronto SAURUS"));
    CHECK(sheet.item_scores[0].outcome == item_outcome::partial);
    CHECK(sheet.percent == 50);
}

TEST_CASE("texts are compared in NFC, trimmed, with spaces collapsed and case folded") {
    CHECK(right(one_text("caf\xC3\xA9"), "cafe\xCC\x81"));
    CHECK(right(one_text("cafe\xCC\x81"), "CAF\xC3\x89"));
    CHECK(right(one_text("Stra\xC3\x9F"
                         "e"),
                "STRASSE"));
    CHECK(right(one_text("New York"), "\xC2\xA0 new \t\n  york\xE3\x80\x80"));
    CHECK_FALSE(right(one_text("New York"), "NewYork"));
    CHECK(right(one_text("Paris", false, true), "Paris"));
    CHECK_FALSE(right(one_text("Paris", false, true), "paris"));
    CHECK_FALSE(right(one_text("caf\xC3\xA9"), "cafe"));
}

TEST_CASE("a star is a wildcard where the entry says so") {
    CHECK(right(one_text("*", true), "anything"));
    CHECK(right(one_text("a*c*e", true), "abcde"));
    CHECK(right(one_text("a*c*e", true), "ace"));
    CHECK_FALSE(right(one_text("a*c*e", true), "acd"));
    CHECK_FALSE(right(one_text("a*a", true), "a"));
    CHECK(right(one_text("*aab*aab", true), "aaabaabxaab"));
    CHECK(right(one_text("*ab*", true), "xabx"));
    CHECK_FALSE(right(one_text("2*3", false), "2 x 3"));
    CHECK(right(one_text("2*3", false), "2*3"));
    CHECK(right(one_text("2\\*3*", true), "2*3=6"));
    CHECK_FALSE(right(one_text("2\\*3*", true), "2x3=6"));
    CHECK_FALSE(right(one_text("a.c", true), "abc"));
}

TEST_CASE("a hostile pattern and answer take linear time") {
    std::string pattern;
    for (int i = 0; i < 20; ++i) pattern += '*' + std::string(40, 'a') + 'b';
    const auto item = one_text(pattern, true);
    const std::string text(500'000, 'a');
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(right(item, text));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("absolute tolerances are exact") {
    const auto item = one_number("-11.7", tolerance_type::absolute, "0.02");
    CHECK(right(item, "-11.72"));
    CHECK(right(item, "-11.68"));
    CHECK(right(item, "\xE2\x88\x92"
                      "11.72"));
    CHECK_FALSE(right(item, "-11.7201"));
    CHECK_FALSE(right(item, "-11.72000000000000000000000000000000001"));
    CHECK(right(one_number("1/3", tolerance_type::absolute, "0.0001"), "0.3333"));
    CHECK(right(one_number("0.1", tolerance_type::absolute, "0"), "1e-1"));
}

TEST_CASE("relative, percent and geometric tolerances") {
    CHECK(right(one_number("0", tolerance_type::relative, "0.01"), "0"));
    CHECK_FALSE(right(one_number("0", tolerance_type::relative, "0.01"), "0.0001"));
    CHECK(right(one_number("-200", tolerance_type::relative, "0.01"), "-202"));
    CHECK_FALSE(right(one_number("-200", tolerance_type::relative, "0.01"), "-202.1"));
    for (const auto* answer : {"50", "100", "200"})
        CHECK(right(one_number("100", tolerance_type::geometric, "1"), answer));
    CHECK_FALSE(right(one_number("100", tolerance_type::geometric, "1"), "49.9"));
    CHECK_FALSE(right(one_number("100", tolerance_type::geometric, "1"), "200.1"));
    for (const auto* answer : {"-10.5", "-10", "-9.5"})
        CHECK(right(one_number("-10", tolerance_type::percent, "5"), answer));
    CHECK_FALSE(right(one_number("-10", tolerance_type::percent, "5"), "-10.51"));
    auto uneven = one_number("100", tolerance_type::percent, "1");
    uneven.correct.numbers[0].upper_tolerance = "10";
    CHECK(right(uneven, "110"));
    CHECK(right(uneven, "99"));
    CHECK_FALSE(right(uneven, "98.9"));
}

TEST_CASE("ranges, significant figures and decimals") {
    const auto range = one_number("[9.7,9.9)", tolerance_type::range, "0");
    CHECK(right(range, "9.7"));
    CHECK_FALSE(right(range, "9.9"));
    CHECK(right(range, "9.8999999"));
    const auto avogadro = one_number("6.022e23", tolerance_type::sigfig, "3");
    CHECK(right(avogadro, "6.02e23"));
    CHECK(right(avogadro, "6.022e23"));
    CHECK(right(avogadro, "602000000000000000000000"));
    CHECK_FALSE(right(avogadro, "6.0e23"));
    CHECK_FALSE(right(avogadro, "6.03e23"));
    CHECK_FALSE(right(avogadro, "0"));
    const auto pi = one_number("3.14159", tolerance_type::decimals, "2");
    CHECK(right(pi, "3.14"));
    CHECK(right(pi, "3.1415"));
    CHECK_FALSE(right(pi, "3.1"));
    CHECK_FALSE(right(pi, "3.15"));
    CHECK(right(one_number("-2.5", tolerance_type::decimals, "0"), "-3"));
    CHECK(right(one_number("0.0999", tolerance_type::sigfig, "2"), "0.10"));
    CHECK(right(one_number("99.95", tolerance_type::sigfig, "3"), "100"));
}

TEST_CASE("the first number within tolerance wins") {
    auto item = one_number("9.81", tolerance_type::absolute, "0.02");
    auto wide = item.correct.numbers[0];
    wide.tolerance = "1";
    wide.fraction = "0.25";
    item.correct.numbers.push_back(wide);
    item.max_score = "4";
    CHECK(earned(item, "9.8") == 4);
    CHECK(earned(item, "10") == 1);
    CHECK(earned(item, "11") == 0);
}

TEST_CASE("what is a number, and what is not") {
    const auto item = one_number("0.5", tolerance_type::absolute, "0");
    for (const auto* answer : {".5", "0.5", "+0.5", " 0.50 ", "5e-1", "5E-1", "05e-01", "0.5000000000000000000000"})
        CHECK(right(item, answer));
    for (const auto* answer :
         {"", "half", "0,5", "0.5m", "0.5.", "1/2", "--0.5", ".", "e", "0.5e", "0x1p-1", "nan", "inf", "0.5 0.5"})
        CHECK(earned(item, answer) == 0);
    CHECK(right(one_number("5", tolerance_type::absolute, "0"), "5."));
    auto comma = item;
    comma.decimal_comma = true;
    CHECK(right(comma, "0,5"));
    CHECK(right(comma, ",5"));
    CHECK(right(comma, "0.5"));
    CHECK_FALSE(right(comma, "0,5,0"));
}

TEST_CASE("numbers beyond all measure are incorrect, at once") {
    const auto item = one_number("0", tolerance_type::absolute, "0.01");
    const auto start = std::chrono::steady_clock::now();
    for (const auto* answer : {"1e1000000000", "-1e99999999999999999999", "1e1001"}) CHECK(earned(item, answer) == 0);
    CHECK(earned(item, std::string(100'000, '9')) == 0);
    CHECK(earned(item, "0." + std::string(100'000, '3')) == 0);
    CHECK(right(item, "1e-1000000000"));
    CHECK(right(item, "0e999999999999"));
    CHECK(right(item, std::string(100'000, '0')));
    CHECK_FALSE(right(one_number("0", tolerance_type::absolute, "0"), "1e-1000000000"));
    const auto figures = one_number("1e-400", tolerance_type::sigfig, "100");
    CHECK(earned(figures, "1e-1000000000") == 0);
    CHECK(earned(figures, "9." + std::string(990, '9') + "e999") == 0);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("a number of JSON means its shortest decimal") {
    const auto given = [](const domain::test_item& item, std::string_view number) {
        return score(*compiled(item), answers().number("n", number)).item_scores[0].score;
    };
    const auto item = one_number("0.1", tolerance_type::absolute, "0");
    CHECK(given(item, "0.1") == 1);
    CHECK(given(item, "0.1000000000000000055") == 1);
    CHECK(given(item, "1e-1") == 1);
    CHECK(given(item, "0.10000001") == 0);
    CHECK(given(one_number("12345678901234567891", tolerance_type::absolute, "0"), "12345678901234567891") == 1);
    CHECK(given(item, "1e400") == 0);
    CHECK(score(*compiled(one_text("42")), answers().number("t", "42")).raw == 1);
}

TEST_CASE("units multiply; missing and unknown ones cost the penalty") {
    const auto mark = with_units("0.1", domain::penalty_base::mark);
    CHECK(earned(mark, "9.81 m/s^2") == 0.8);
    CHECK(earned(mark, "9.81m/s^2") == 0.8);
    CHECK(earned(mark, "981 cm/s^2") == 0.8);
    CHECK(earned(mark, "9.81") == 0.72);
    CHECK(earned(mark, "9.81 furlong") == 0.72);
    CHECK(earned(mark, "981") == 0);
    CHECK(earned(with_units("0.1", domain::penalty_base::max), "9.81") == 0.7);
    CHECK(earned(with_units("0.9", domain::penalty_base::max), "9.81") == 0);
    auto optional = mark;
    optional.units.required = false;
    CHECK(earned(optional, "9.81") == 0.8);
    auto electron = one_number("5", tolerance_type::absolute, "0");
    electron.units.factors = {{"eV", "1"}};
    CHECK(right(electron, "5eV"));
    CHECK(right(electron, "5e0 eV"));
    CHECK_FALSE(right(electron, "5 ev"));
}

TEST_CASE("a text entry takes a string or a number") {
    const auto scorer = compiled(one_text("x"));
    CHECK(check(*scorer, answers().text("t", "no number")).empty());
    CHECK(check(*scorer, answers().number("t", "1")).empty());
    CHECK(check(*scorer, answers().blank("t")).empty());
    CHECK(check(*scorer, answers().list("t", {"x"})).at(0).pointer == "/answers/t");
}

TEST_CASE("a JSON number is compared as a decimal without exponent", "[text]") {
    const auto rule = [](const char* key) { return compiled(text_entry("q", {{key}})); };
    CHECK(score(*rule("0.0001"), answers().number("q", "0.0001")).raw == 1);
    CHECK(score(*rule("0.00002"), answers().number("q", "2e-5")).raw == 1);
    CHECK(score(*rule("100000"), answers().number("q", "1e5")).raw == 1);
    CHECK(score(*rule("0"), answers().number("q", "1e308")).raw == 0);
}
