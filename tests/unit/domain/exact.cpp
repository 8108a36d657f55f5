#include "domain/exact.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace gradesvc::domain;

namespace {

double number(std::string_view text) { return to_double(*parse_exact(text)); }

} // namespace

TEST_CASE("an exact number becomes the nearest double") {
    CHECK(number("0.1") == 0.1);
    CHECK(number("-1/3") == -1.0 / 3);
    CHECK(number("9007199254740993") == 9007199254740992.0); // halves go to the even one
    CHECK(number("9007199254740995") == 9007199254740996.0);
    CHECK(number("1.7976931348623157e308") == std::numeric_limits<double>::max());
    CHECK(number("0") == 0);
}

TEST_CASE("keys are not beyond the limits, answers are the smallest number there") {
    CHECK(parse_exact("1e-400"));
    CHECK(parse_exact("0e-500") == exact(0));
    for (const auto* text : {"1e-401", "-1e-500", "0.1e-400", "1e-1000000000", "1e401"}) {
        INFO(text);
        CHECK_FALSE(parse_exact(text));
    }
    const auto tiny = parse_decimal("-1e-500", {100, 400});
    CHECK(tiny.length == 7);
    CHECK((tiny.value && *tiny.value < 0 && -*tiny.value < *parse_exact("1e-400")));
}

TEST_CASE("a number below the normal doubles is rounded once") {
    CHECK(number("2.2250738585072011e-308") == 2.2250738585072011e-308);
    CHECK(number("2.22507385850720114e-308") == 2.22507385850720114e-308);
    CHECK(number("2.2507385850720e-310") == 2.2507385850720e-310);
    CHECK(number("4.9406564584124654e-324") == std::numeric_limits<double>::denorm_min());
    CHECK(number("2.4703282292062329e-324") == std::numeric_limits<double>::denorm_min());
    CHECK(number("2.4703282292062327e-324") == 0);
    CHECK(number("-1e-400") == 0);
}
