#include "scoring_support.hpp"
#include "support/catch.hpp"

#include <utility>

using namespace gradesvc;
using namespace gradesvc::test;
using domain::area_shape;
using scoring::item_outcome;
using place = std::pair<std::string_view, std::string_view>;

namespace {

domain::test_item of_areas(std::vector<domain::area> areas) {
    domain::test_item item;
    item.item_id = "q";
    item.type = domain::item_type::select_point;
    item.cardinality = domain::cardinality::multiple;
    item.rule.kind = domain::rule_kind::map_response_point;
    item.rule.areas = std::move(areas);
    return item;
}

scoring::item_score line(const domain::test_item& item, const std::vector<place>& at) {
    answers given;
    return score(*compiled(item), given.points("q", at)).item_scores[0];
}

double points(const domain::test_item& item, const std::vector<place>& at) { return line(item, at).score; }

bool inside(area_shape shape, std::vector<double> coordinates, place at) {
    return points(of_areas({{"a", shape, std::move(coordinates), "1"}}), {at}) == 1;
}

} // namespace

TEST_CASE("the boundary of a circle is inside, exactly") {
    const std::vector<double> circle = {120, 80, 20};
    CHECK(inside(area_shape::circle, circle, {"121", "82"}));
    CHECK(inside(area_shape::circle, circle, {"140", "80"}));
    CHECK(inside(area_shape::circle, circle, {"132", "96"})); // 12, 16, 20
    CHECK(inside(area_shape::circle, circle, {"1.4e2", "80.000"}));
    CHECK_FALSE(inside(area_shape::circle, circle, {"140.00000000000003", "80"}));
    CHECK_FALSE(inside(area_shape::circle, circle, {"132", "96.00000000000001"}));
    CHECK_FALSE(inside(area_shape::circle, circle, {"140", "80.0000000000001"}));
    CHECK_FALSE(inside(area_shape::circle, circle, {"135", "95"}));        // in its box
    CHECK(inside(area_shape::circle, {0.1, 0.2, 0.05}, {"0.14", "0.23"})); // tenths are tenths: 0.04, 0.03, 0.05
    CHECK(inside(area_shape::circle, {0.1, 0.1, 0.2}, {"0.3", "0.1"}));
    CHECK_FALSE(inside(area_shape::circle, {0.1, 0.1, 0.2}, {"0.30000000000000004", "0.1"}));
    CHECK(inside(area_shape::circle, {5, 5, 0}, {"5", "5"}));
    CHECK_FALSE(inside(area_shape::circle, {5, 5, 0}, {"5", "5.0000001"}));
}

TEST_CASE("a rectangle is closed, whatever corner is named first") {
    for (const auto& rect : {std::vector<double>{0, 10, 40, 30}, std::vector<double>{40, 30, 0, 10}}) {
        for (const auto& at :
             {place{"0", "10"}, place{"40", "30"}, place{"0", "30"}, place{"20", "20"}, place{"-0", "10"}})
            CHECK(inside(area_shape::rect, rect, at));
        for (const auto& at :
             {place{"-0.0000001", "10"}, place{"40", "30.0000001"}, place{"20", "9"}, place{"41", "20"}})
            CHECK_FALSE(inside(area_shape::rect, rect, at));
    }
}

TEST_CASE("polygons are even-odd, and closed") {
    const std::vector<double> triangle = {10, 90, 50, 90, 30, 60};
    for (const auto& at : {place{"30", "80"}, place{"10", "90"}, place{"50", "90"}, place{"30", "60"},
                           place{"30", "90"}, place{"20", "75"}, place{"40", "75"}})
        CHECK(inside(area_shape::poly, triangle, at));
    for (const auto& at : {place{"19.999999", "75"}, place{"40.000001", "75"}, place{"30", "90.0000001"},
                           place{"9.9", "90"}, place{"30", "59"}, place{"0", "75"}})
        CHECK_FALSE(inside(area_shape::poly, triangle, at));
    const std::vector<double> notched = {0, 0, 10, 0, 10, 10, 5, 5, 0, 10}; // an M upside down
    CHECK(inside(area_shape::poly, notched, {"2", "5"}));
    CHECK(inside(area_shape::poly, notched, {"5", "5"}));
    CHECK(inside(area_shape::poly, notched, {"5", "4.999"}));
    CHECK_FALSE(inside(area_shape::poly, notched, {"5", "5.001"}));
    CHECK_FALSE(inside(area_shape::poly, notched, {"5", "10"}));
    CHECK(inside(area_shape::poly, notched, {"9.5", "5"})); // level with a corner
    const std::vector<double> star = {5, 0, 8, 10, 0, 4, 10, 4, 2, 10};
    CHECK_FALSE(inside(area_shape::poly, star, {"5", "5.5"})); // crossed twice: its middle is outside
    CHECK(inside(area_shape::poly, star, {"5", "2"}));
    CHECK(inside(area_shape::poly, {0, 0, 3, 1, 6, 2}, {"3", "1"})); // no more than a line
    CHECK_FALSE(inside(area_shape::poly, {0, 0, 3, 1, 6, 2}, {"3", "1.0000000001"}));
}

TEST_CASE("the boundary of an ellipse is inside, exactly") {
    const std::vector<double> ellipse = {200, 60, 30, 15};
    for (const auto& at : {place{"230", "60"}, place{"170", "60"}, place{"200", "75"}, place{"218", "72"}})
        CHECK(inside(area_shape::ellipse, ellipse, at)); // the last: 0.6² + 0.8² = 1
    for (const auto& at : {place{"230.0000001", "60"}, place{"218", "72.000000000001"}, place{"228", "73"}})
        CHECK_FALSE(inside(area_shape::ellipse, ellipse, at));
    CHECK(inside(area_shape::ellipse, {0, 0, 0, 5}, {"0", "5"}));
    CHECK_FALSE(inside(area_shape::ellipse, {0, 0, 0, 5}, {"0.1", "0"}));
}

TEST_CASE("each area counts once, and a point counts in all areas that it is in") {
    auto item = of_areas({{"a", area_shape::circle, {0, 0, 10}, "1"},
                          {"b", area_shape::circle, {5, 0, 10}, "0.5"},
                          {"c", area_shape::rect, {50, 50, 60, 60}, "-1"}});
    CHECK(points(item, {{"-9", "0"}}) == 1);
    CHECK(points(item, {{"-9", "0"}, {"-8", "0"}}) == 1);
    CHECK(points(item, {{"2", "0"}}) == 1.5);
    CHECK(points(item, {{"2", "0"}, {"55", "55"}}) == 0.5);
    CHECK(line(item, {}).max == 1.5);
    item.rule.upper_bound = "1";
    CHECK(points(item, {{"2", "0"}}) == 1);
    CHECK(line(item, {}).max == 1);
}

TEST_CASE("a point in no area earns default_score, or the default area once") {
    auto item = of_areas({{"a", area_shape::circle, {0, 0, 10}, "2"}});
    item.rule.default_score = "-0.5";
    CHECK(points(item, {{"0", "0"}, {"50", "0"}}) == 1.5);
    CHECK(points(item, {{"0", "0"}, {"50", "0"}, {"50.0", "0"}, {"5e1", "0"}}) == 1.5); // the same point
    CHECK(points(item, {{"0", "0"}, {"50", "0"}, {"51", "0"}}) == 1);
    CHECK(points(item, {{"50", "0"}}) == -0.5);
    item.rule.lower_bound = "0";
    CHECK(points(item, {{"50", "0"}}) == 0);
    item.rule.areas.push_back({"rest", area_shape::elsewhere, {}, "-0.25"});
    CHECK(points(item, {{"0", "0"}, {"50", "0"}, {"51", "0"}}) == 1.75);
    CHECK(points(item, {{"0", "0"}}) == 2);
}

TEST_CASE("a hotspot takes an area_id or a point") {
    auto item =
        of_areas({{"lung", area_shape::circle, {60, 60, 25}, "1"}, {"liver", area_shape::circle, {60, 140, 25}, "0"}});
    item.type = domain::item_type::hotspot;
    item.cardinality = domain::cardinality::single;
    const auto scorer = compiled(item);
    const auto one = [&](const answers& given) {
        CHECK(check(*scorer, given).empty());
        return score(*scorer, given).item_scores[0];
    };
    CHECK(one(answers().text("q", "lung")).outcome == item_outcome::correct);
    CHECK(one(answers().text("q", "liver")).outcome == item_outcome::incorrect);
    answers given[4];
    CHECK(one(given[0].list("q", {"lung"})).score == 1);
    CHECK(one(given[1].point("q", {"60", "85"})).score == 1);
    CHECK(one(given[2].points("q", {{"60", "85"}})).score == 1);
    CHECK(one(given[3].point("q", {"60", "85.1"})).score == 0);
    CHECK(one(answers()).max == 1);
    item.cardinality = domain::cardinality::multiple;
    item.rule.areas[1].score = "-1";
    const auto many = compiled(item);
    answers both;
    CHECK(score(*many, both.list("q", {"lung", "lung", "liver"})).item_scores[0].score == 0);
}

TEST_CASE("answers that are no points are named") {
    using error = domain::field_error;
    const auto select = compiled(of_areas({{"a", area_shape::circle, {0, 0, 10}, "1"}}));
    auto spot = of_areas({{"a", area_shape::circle, {0, 0, 10}, "1"}, {"b", area_shape::circle, {9, 0, 10}, "1"}});
    spot.type = domain::item_type::hotspot;
    spot.cardinality = domain::cardinality::single;
    const auto hotspot = compiled(spot);
    const error no_point{"/answers/q", "must be a point [x, y], two numbers"};
    answers a[8];
    CHECK(check(*select, a[0].text("q", "a")) == std::vector{no_point});
    CHECK(check(*select, a[1].number("q", "5")) == std::vector{no_point});
    CHECK(check(*select, a[2].list("q", {"1", "2"}))[0].pointer == "/answers/q/0");
    CHECK(check(*select, a[3].points("q", std::vector<place>(201, {"1", "1"}))) ==
          std::vector{error{"/answers/q", "has too many members"}});
    CHECK(check(*hotspot, a[4].text("q", "c")) == std::vector{error{"/answers/q", "is not an area of this item"}});
    CHECK(check(*hotspot, a[5].list("q", {"a", "b"})) ==
          std::vector{error{"/answers/q/1", "is a second area of a single one"}});
    CHECK(check(*hotspot, a[6].number("q", "1"))[0].detail == "must be an area_id or a point [x, y], two numbers");
    CHECK(check(*hotspot, a[7].points("q", {{"1", "1"}, {"1.0", "1"}})).empty());
}

TEST_CASE("numbers that no image has are beyond all areas, and quick") {
    const std::string digits(100'000, '9'), tiny = "0." + std::string(400, '0') + "1";
    const std::vector<double> everywhere = {-1e9, -1e9, 1e9, 1e9};
    for (const std::string_view far : {"1e400", "-1e400", "1e99999999999", "1000000001"})
        CHECK_FALSE(inside(area_shape::rect, everywhere, {far, "0"}));
    CHECK_FALSE(inside(area_shape::rect, everywhere, {digits, "0"}));
    CHECK_FALSE(inside(area_shape::circle, {1e9, 1e9, 1e9}, {"3e9", "1e9"}));
    CHECK(inside(area_shape::circle, {1e9, 1e9, 1e9}, {"2e9", "1e9"}));
    for (const std::string& near : {std::string("1e-400"), std::string("-1e-400"), tiny, std::string("1e-30")})
        CHECK(inside(area_shape::rect, everywhere, {near, "0"}));
    CHECK(inside(area_shape::ellipse, {1e9, -1e9, 1e9, 1e9}, {"1600000000", "-1800000000"})); // 0.6² + 0.8² = 1
    CHECK_FALSE(inside(area_shape::ellipse, {1e9, -1e9, 1e9, 1e9}, {"1600000000.0000002", "-1800000000"}));
    CHECK(inside(area_shape::circle, {0, 0, 1e-12}, {"6e-13", "8e-13"}));
    CHECK_FALSE(inside(area_shape::circle, {0, 0, 1e-12}, {"6e-13", "8.00000000001e-13"}));
}
