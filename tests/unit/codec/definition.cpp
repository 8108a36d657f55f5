#include "codec/definition.hpp"

#include "definition_support.hpp"
#include "support/catch.hpp"

#include <string>

using namespace gradesvc;
using test::decoded;
using test::file;

TEST_CASE("the least definition has every default") {
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

TEST_CASE("an integer of any length is an id, as in submissions") {
    for (const auto& [written, id] : {std::pair("-0", "0"), std::pair("-9223372036854775809", "-9223372036854775809"),
                                      std::pair("99999999999999999999", "99999999999999999999")})
        CHECK(
            decoded(R"({"test_id":)" + std::string(written) + R"(,"items":[{"item_id":"q","correct":"B"}]})").test_id ==
            id);
}

TEST_CASE("the full form is kept whole") {
    const auto test = decoded(R"({ "test_id": 7, "title": {"en":"Algebra I","de":"Algebra"}, "version": 3,
      "locale": "en", "time_limit_s": 5400, "blank_policy": "trailing_missing", "negative_total": true,
      "scale": { "slope": 100, "intercept": 500, "min": 200, "max": 800, "step": 10 },
      "ability": { "estimator": "WLE", "d": 1.702, "prior": { "mean": 0.5, "sd": 2 },
                   "quadrature": { "min": -5, "max": 5, "points": 41 } },
      "skills": [ { "skill_id": "lin", "label": "Linear equations", "prerequisites": ["num"], "mastery_cut": 0.25,
                    "weight": 0.6, "resources": ["https://example.org/lin"] }, { "skill_id": "num" } ],
      "skill_model": { "correlation": [[1,0.7],[0.7,1]], "points": 15 },
      "levels": [ { "label": "Good", "min": 600 }, { "label": "Basic", "min": 420 } ],
      "items": [ { "item_id": "q1", "type": "choice", "cardinality": "single", "options": ["A","B","C","D"],
                   "correct": ["B"], "rule": { "kind": "match_correct", "wrong_score": "-0.25" }, "max_score": 1,
                   "skills": { "num": 0.5, "lin": 1 }, "irt": { "model": "3PL", "a": 1.2, "b": -0.4, "c": 0.2 },
                   "misconceptions": { "A": "sign error" } } ] })");
    CHECK(test.test_id == "7");
    CHECK(test.title.in("de") == "Algebra");
    CHECK(test.version == 3);
    CHECK(test.time_limit_s == 5400);
    CHECK(test.blank_policy == domain::blank_policy::trailing_missing);
    CHECK(test.negative_total);
    CHECK(test.scale.value().slope == 100);
    CHECK(test.scale.value().step == 10);
    CHECK(test.ability.estimator == domain::ability_estimator::wle);
    CHECK(test.ability.d == 1.702);
    CHECK(test.ability.prior_sd == 2);
    CHECK(test.ability.quadrature_points == 41);
    REQUIRE(test.skills.size() == 2);
    CHECK(test.skills[0].label.in("fr") == "Linear equations");
    CHECK(test.skills[0].prerequisites == std::vector<std::size_t>{1});
    CHECK(test.skills[0].weight == 0.6);
    CHECK(test.skills[0].resources.size() == 1);
    CHECK(test.skills[1].label.in("en") == "num");
    CHECK(test.skill_model.value().correlation[0][1] == 0.7);
    CHECK(test.skill_model.value().points == 15);
    CHECK(test.levels[0].label.in("") == "Basic");
    const auto& item = test.items.at(0);
    CHECK(item.rule.wrong_score == "-0.25");
    CHECK(item.max_score == "1");
    REQUIRE(item.skills.size() == 2);
    CHECK(item.skills[0].skill == 0);
    CHECK(item.skills[1].weight == "0.5");
    CHECK(item.irt.value().model == domain::irt_model::three_pl);
    CHECK(item.irt.value().b == std::vector<double>{-0.4});
    CHECK(item.irt.value().c == 0.2);
    CHECK(item.misconceptions.at(0).second.in("en") == "sign error");
}

TEST_CASE("every item type and rule is decoded") {
    const auto test = decoded(file("tests/vectors/all-types.json"));
    const auto item = [&](std::string_view id) -> const domain::test_item& {
        for (const auto& each : test.items)
            if (each.item_id == id) return each;
        throw std::out_of_range(std::string(id));
    };
    CHECK(item("c2").rule.mapping.value().size() == 3);
    CHECK(item("c2").rule.lower_bound == "-0.25");
    CHECK(item("m5").rule.penalty == domain::option_penalty::wrong_count_2);
    CHECK(item("ic").gaps.at(1).options == std::vector<std::string>{"has", "have"});
    CHECK(item("gm").rule.mapping.value().at(1).value == std::vector<std::string>{"Su", "g2"});
    CHECK(item("gm").rule.default_score == "-1");
    CHECK(item("ma").targets.size() == 2);
    CHECK(item("as").correct.pairs.at(1) == std::pair<std::string, std::string>("B", "D"));
    CHECK(item("o3").cardinality == domain::cardinality::ordered);
    CHECK(item("t1").correct.texts.at(1).wildcard);
    CHECK(item("n1").correct.numbers.at(2).upper_tolerance == "5");
    CHECK(item("n1").units.factors.size() == 2);
    CHECK(item("n1").units.required);
    CHECK(item("n2").correct.numbers.at(0).value == "[9.7,9.9)");
    CHECK(item("sp").rule.areas.at(2).coordinates.size() == 6);
    CHECK(item("et").rule.rubric.at(0).max == "4");
    CHECK(item("cb").cbm);
    CHECK(item("pc").irt.value().b.size() == 2);
}

TEST_CASE("QTI's spellings and short forms mean the same") {
    const auto test = decoded(R"({"test_id":"t","items":[
      {"item_id":"a","type":"gapMatch","options":["W"],"gaps":["g"],"correct":[["W","g"]],"rule":"mapResponse"},
      {"item_id":"b","type":"text-entry","rule":"text","correct":"Paris"},
      {"item_id":"c","cardinality":"multiple","options":["A","B"],"correct":["A"],"rule":"per-option"},
      {"item_id":"d","type":"textEntry","rule":{"kind":"numeric"},"correct":[3.50,{"value":"1/3","tol":0.01}]}]})");
    CHECK(test.items[0].type == domain::item_type::gap_match);
    CHECK(test.items[0].rule.kind == domain::rule_kind::map_response);
    CHECK(test.items[1].correct.texts.at(0).value == "Paris");
    CHECK(test.items[2].rule.kind == domain::rule_kind::per_option);
    CHECK(test.items[3].correct.numbers.at(0).value == "3.50");
    CHECK(test.items[3].correct.numbers.at(1).tolerance == "0.01");
}

TEST_CASE("the bundled samples are valid") {
    CHECK(decoded(file("config/tests/lsat-6.json")).items.size() == 5);
    const auto mathematics = decoded(file("config/tests/mathematics-20.json"));
    CHECK(mathematics.items.size() == 20);
    CHECK(mathematics.skills.size() == 4);
}

TEST_CASE("a definition is stored as canonical JSON with its version") {
    CHECK(codec::store_definition(R"({ "test_id": "t", "zeta": 1, "items": [ 1.50 ] })", 4) ==
          R"({"items":[1.50],"test_id":"t","version":4,"zeta":1})");
    CHECK(codec::store_definition(R"({"version":1,"test_id":"t"})", 2) == R"({"test_id":"t","version":2})");
    CHECK(codec::store_definition("{}", 2) == R"({"version":2})");
    CHECK_THROWS_AS(codec::store_definition("[]", 1), std::invalid_argument);
}

TEST_CASE("the hash of a definition does not see its version, its order or its white space") {
    const auto hash = codec::definition_sha256(R"({"test_id":"t","items":[]})");
    CHECK(hash == codec::definition_sha256(R"({ "version": 9, "items": [ ], "test_id": "t" })"));
    CHECK(hash == "677fd185822a670453f8c187ed6eb1a0700483999b148cba27b8cca4574128ae");
    CHECK(hash != codec::definition_sha256(R"({"test_id":"u","items":[]})"));
}

TEST_CASE("the public form gives no answers away") {
    CHECK(codec::public_definition(R"({"test_id":"t","version":2,"calibration":{},"items":[{"item_id":"q",
            "options":["A"],"correct":"A","rule":"match_correct","irt":{},"irt_se":{},"misconceptions":{},
            "max_score":1}],"title":"T"})") ==
          R"({"items":[{"item_id":"q","max_score":1,"options":["A"]}],"test_id":"t","title":"T","version":2})");
}

TEST_CASE("the public form of a numeric item does not tell the unit of its key") {
    CHECK(codec::public_definition(R"({"test_id":"t","items":[{"item_id":"n","rule":"numeric","correct":"9.81",
            "type":"text_entry","units":{"m/s^2":"1"},"unit_required":true}]})") ==
          R"({"items":[{"item_id":"n","type":"text_entry","unit_required":true}],"test_id":"t"})");
}
