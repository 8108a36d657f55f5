#include "scoring_support.hpp"
#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::test;
using domain::item_type;
using domain::rule_kind;
using scoring::item_outcome;
using pairs = std::vector<std::pair<std::string, std::string>>;
using given_pairs = std::vector<std::vector<std::string_view>>;

namespace {

domain::test_item of_pairs(item_type type, pairs correct, rule_kind rule) {
    domain::test_item item;
    item.item_id = "q";
    item.type = type;
    item.cardinality = domain::cardinality::multiple;
    item.correct.pairs = std::move(correct);
    item.rule.kind = rule;
    if (type == item_type::inline_choice) {
        item.gaps = {{"g1", {"is", "are"}}, {"g2", {"has", "have"}}};
        return item;
    }
    item.options = {"A", "B", "C", "D"};
    if (type == item_type::gap_match) item.gaps = {{"g1"}, {"g2"}};
    if (type == item_type::match) item.targets = {"X", "Y"};
    return item;
}

void map_pairs(domain::test_item& item, std::vector<domain::map_entry> entries) {
    item.rule.kind = rule_kind::map_response;
    item.rule.mapping = std::move(entries);
}

scoring::item_score line(const domain::test_item& item, const given_pairs& given) {
    static std::shared_ptr<const scoring::scorer> kept; // texts of the line point into it
    kept = compiled(item);
    answers all;
    all.lists("q", given);
    return score(*kept, all).item_scores[0];
}

double points(const domain::test_item& item, const given_pairs& given) { return line(item, given).score; }

domain::field_error fault(const domain::test_item& item, const given_pairs& given) {
    answers all;
    all.lists("q", given);
    const auto errors = check(*compiled(item), all);
    return errors.empty() ? domain::field_error{} : errors.at(0);
}

} // namespace

TEST_CASE("match_correct wants exactly the pairs of the key") {
    const auto item = of_pairs(item_type::match, {{"A", "X"}, {"B", "Y"}}, rule_kind::match_correct);
    CHECK(points(item, {{"B", "Y"}, {"A", "X"}}) == 1);
    CHECK(points(item, {{"B", "Y"}, {"A", "X"}, {"B", "Y"}}) == 1);
    CHECK(points(item, {{"A", "X"}}) == 0);
    CHECK(points(item, {{"A", "X"}, {"B", "Y"}, {"C", "Y"}}) == 0);
    CHECK(points(item, {{"A", "Y"}, {"B", "X"}}) == 0);
    CHECK(points(item, {}) == 0);
    auto charged = item;
    charged.rule.wrong_score = "-0.5";
    CHECK(points(charged, {{"A", "X"}}) == -0.5);
    CHECK(points(charged, {}) == 0);
}

TEST_CASE("each right pair earns its share") {
    auto item = of_pairs(item_type::inline_choice, {{"is", "g1"}, {"have", "g2"}}, rule_kind::map_response);
    item.max_score = "3";
    CHECK(points(item, {{"is", "g1"}, {"has", "g2"}}) == 1.5);
    CHECK(points(item, {{"is", "g1"}, {"is", "g1"}}) == 1.5);
    CHECK(line(item, {{"is", "g1"}, {"have", "g2"}}).outcome == item_outcome::correct);
    CHECK(line(item, {{"are", "g1"}}).outcome == item_outcome::incorrect);
    item.rule.default_score = "-2";
    CHECK(points(item, {{"is", "g1"}, {"has", "g2"}}) == 0); // never below 0 without a mapping
}

TEST_CASE("pairs of associate have no direction, those of match do") {
    const auto item = of_pairs(item_type::associate, {{"A", "C"}, {"D", "B"}}, rule_kind::map_response);
    CHECK(points(item, {{"C", "A"}, {"B", "D"}}) == 1);
    CHECK(points(item, {{"C", "A"}, {"A", "C"}}) == 0.5);
    auto mapped = of_pairs(item_type::associate, {}, rule_kind::map_response);
    map_pairs(mapped, {{{"D", "A"}, "2"}});
    CHECK(points(mapped, {{"A", "D"}}) == 2);
    CHECK(line(mapped, {{"A", "D"}}).max == 2);
}

TEST_CASE("a mapping of pairs: sums within bounds, others by default_score") {
    auto item = of_pairs(item_type::gap_match, {{"A", "g1"}}, rule_kind::map_response);
    map_pairs(item, {{{"A", "g1"}, "1"}, {{"C", "g2"}, "2"}, {{"B", "g2"}, "0.5"}});
    item.rule.default_score = "-1";
    CHECK(points(item, {{"A", "g1"}, {"B", "g2"}}) == 1.5);
    CHECK(points(item, {{"D", "g1"}, {"A", "g2"}}) == -2);
    CHECK(points(item, {{"A", "g1"}, {"C", "g2"}, {"D", "g2"}}) == 2);
    CHECK(line(item, {}).max == 3.5);
    item.rule.lower_bound = "0";
    item.rule.upper_bound = "3";
    CHECK(points(item, {{"D", "g1"}, {"A", "g2"}}) == 0);
    CHECK(points(item, {{"A", "g1"}, {"B", "g2"}, {"C", "g2"}}) == 3);
    CHECK(line(item, {}).max == 3);
}

TEST_CASE("what pairs can reach by a mapping") {
    auto item = of_pairs(item_type::inline_choice, {}, rule_kind::map_response);
    map_pairs(item, {{{"is", "g1"}, "1"}, {{"are", "g1"}, "3"}, {{"has", "g2"}, "-1"}});
    CHECK(line(item, {}).max == 3); // one option a gap
    item.rule.default_score = "0.5";
    CHECK(line(item, {}).max == 3.5);
    auto match = of_pairs(item_type::match, {}, rule_kind::map_response);
    map_pairs(match, {{{"A", "X"}, "1"}, {{"A", "Y"}, "-1"}});
    CHECK(line(match, {}).max == 1);
    match.rule.default_score = "0.25";
    CHECK(line(match, {}).max == 2.5); // six other pairs
    match.cardinality = domain::cardinality::single;
    CHECK(line(match, {}).max == 1);
    auto associate = of_pairs(item_type::associate, {}, rule_kind::map_response);
    map_pairs(associate, {{{"A", "B"}, "1"}});
    associate.rule.default_score = "1";
    CHECK(line(associate, {}).max == 10);
}

TEST_CASE("the misconception behind a wrong pair is told") {
    auto item = of_pairs(item_type::inline_choice, {{"is", "g1"}, {"have", "g2"}}, rule_kind::map_response);
    item.misconceptions = {{"are", {{{"", "plural"}}}}, {"has", {{{"", "singular"}}}}};
    CHECK(line(item, {{"is", "g1"}, {"has", "g2"}}).misconception == "singular");
    CHECK(line(item, {{"has", "g2"}, {"are", "g1"}}).misconception == "plural"); // the first option of the definition
    CHECK(line(item, {{"is", "g1"}, {"have", "g2"}}).misconception.empty());
}

TEST_CASE("answers that are no pairs of the item are named") {
    using error = domain::field_error;
    const auto match = of_pairs(item_type::match, {{"A", "X"}}, rule_kind::match_correct);
    const auto gaps = of_pairs(item_type::gap_match, {{"A", "g1"}}, rule_kind::match_correct);
    const auto inlined = of_pairs(item_type::inline_choice, {{"is", "g1"}}, rule_kind::match_correct);
    const auto associate = of_pairs(item_type::associate, {{"A", "B"}}, rule_kind::match_correct);
    CHECK(fault(match, {{"A", "X"}, {"B", "X"}, {"B", "Y"}}) == error{});
    CHECK(fault(match, {{"A", "X"}, {"Z", "X"}}) == error{"/answers/q/1/0", "is not an option of this item"});
    CHECK(fault(match, {{"A", "Z"}}) == error{"/answers/q/0/1", "is not a target of this item"});
    CHECK(fault(match, {{"X", "A"}}) == error{"/answers/q/0/0", "is not an option of this item"});
    CHECK(fault(match, {{"A", "X", "Y"}}) == error{"/answers/q/0", "must be a pair [option, target]"});
    CHECK(fault(gaps, {{"A"}}) == error{"/answers/q/0", "must be a pair [option, gap]"});
    CHECK(fault(gaps, {{"A", "g3"}}) == error{"/answers/q/0/1", "is not a gap of this item"});
    CHECK(fault(inlined, {{"has", "g1"}}) == error{"/answers/q/0/0", "is not an option of this gap"});
    CHECK(fault(inlined, {{"is", "g1"}, {"is", "g1"}, {"have", "g2"}}) == error{});
    CHECK(fault(inlined, {{"is", "g1"}, {"are", "g1"}}) == error{"/answers/q/1", "is a second option of its gap"});
    CHECK(fault(associate, {{"A", "Z"}}) == error{"/answers/q/0/1", "is not an option of this item"});
    CHECK(fault(associate, given_pairs(1001, {"A", "B"})) == error{"/answers/q", "has too many members"});
    auto one = match;
    one.cardinality = domain::cardinality::single;
    CHECK(fault(one, {{"A", "X"}, {"A", "X"}}) == error{});
    CHECK(fault(one, {{"A", "X"}, {"A", "Y"}}) == error{"/answers/q/1", "is a second pair of a single one"});
    CHECK(check(*compiled(match), answers().text("q", "A"))[0] == error{"/answers/q", "must be an array of pairs"});
    answers flat;
    CHECK(check(*compiled(match), flat.list("q", {"A", "X"}))[0].pointer == "/answers/q/0");
}

TEST_CASE("pairs of very many options are found") {
    auto item = of_pairs(item_type::inline_choice, {}, rule_kind::map_response);
    item.gaps.clear();
    for (int g = 0; g < 200; ++g) {
        auto& gap = item.gaps.emplace_back(domain::gap{"gap" + std::to_string(g)});
        for (int o = 0; o < 50; ++o) gap.options.push_back(std::to_string(g) + "/" + std::to_string(o));
        item.correct.pairs.emplace_back(gap.options[7], gap.gap_id);
    }
    item.max_score = "200";
    CHECK(points(item, {{"199/7", "gap199"}, {"0/7", "gap0"}, {"5/8", "gap5"}}) == 2);
    CHECK(fault(item, {{"199/7", "gap199"}}) == domain::field_error{});
    CHECK(fault(item, {{"199/7", "gap198"}}).detail == "is not an option of this gap");
}
