#include "codec/definition.hpp"

#include "support/catch.hpp"

#include <string>

using namespace gradesvc;

namespace
{

domain::test_definition decoded(std::string_view json)
{
    auto result = codec::decode_definition(json);
    if (!result) {
        std::string why = result.error().detail;
        for (const auto& e : result.error().errors)
            why += "\n" + e.pointer + ": " + e.detail;
        FAIL(why);
    }
    return *std::move(result);
}

} // namespace

TEST_CASE("the least definition has every default")
{
    const auto test = decoded(R"({ "test_id": "demo", "items": [ { "item_id": "q1", "correct": "B" } ] })");
    CHECK(test.test_id == "demo");
    CHECK_FALSE(test.version);
    CHECK(test.blank_policy == domain::blank_policy::wrong);
    CHECK_FALSE(test.negative_total);
    CHECK_FALSE(test.scale);
    CHECK(test.ability.estimator == domain::ability_estimator::eap);
    CHECK(test.ability.d == 1);
    CHECK(test.ability.prior_mean == 0);
    CHECK(test.ability.prior_sd == 1);
    CHECK(test.ability.quadrature_min == -6);
    CHECK(test.ability.quadrature_max == 6);
    CHECK(test.ability.quadrature_points == 61);
    REQUIRE(test.items.size() == 1);
    const auto& item = test.items[0];
    CHECK(item.item_id == "q1");
    CHECK(item.type == domain::item_type::choice);
    CHECK(item.cardinality == domain::cardinality::single);
    CHECK(item.rule.kind == domain::rule_kind::match_correct);
    CHECK(item.correct.options == std::vector<std::string>{"B"});
    CHECK(item.options.empty());
    CHECK_FALSE(item.max_score);
}
