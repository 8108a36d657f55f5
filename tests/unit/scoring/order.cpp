#include "scoring_support.hpp"
#include "support/catch.hpp"

using namespace gradesvc;
using namespace gradesvc::test;
using domain::rule_kind;
using scoring::item_outcome;

namespace {

domain::test_item order(rule_kind kind, std::vector<std::string> correct = {"C", "A", "B"}) {
    auto item = choice("q", {"A", "B", "C"}, std::move(correct));
    if (item.correct.options.size() != 3) item.options = item.correct.options;
    item.type = domain::item_type::order;
    item.cardinality = domain::cardinality::ordered;
    item.rule.kind = kind;
    return item;
}

scoring::item_score line(const domain::test_item& item, const std::vector<std::string_view>& given) {
    return score(*compiled(item), answers().list("q", given)).item_scores[0];
}

double points(const domain::test_item& item, const std::vector<std::string_view>& given) {
    const auto scorer = compiled(item);
    return score(*scorer, answers().list("q", given)).item_scores[0].score;
}

} // namespace

TEST_CASE("match_correct wants exactly the order of the key") {
    auto item = order(rule_kind::match_correct);
    CHECK(points(item, {"C", "A", "B"}) == 1);
    CHECK(points(item, {"C", "B", "A"}) == 0);
    CHECK(points(item, {"C", "A"}) == 0);
    CHECK(points(item, {"C", "A", "B", "B"}) == 0);
    item.rule.wrong_score = "-1/3";
    CHECK(points(item, {"B", "A", "C"}) == -1.0 / 3);
    CHECK(points(item, {}) == 0);
}

TEST_CASE("adjacent_pairs counts right neighbours, each once") {
    auto item = order(rule_kind::adjacent_pairs);
    CHECK(points(item, {"C", "A", "B"}) == 1);
    CHECK(points(item, {"A", "B", "C"}) == 0.5);
    CHECK(points(item, {"B", "C", "A"}) == 0.5);
    CHECK(points(item, {"B", "A", "C"}) == 0);
    CHECK(points(item, {"C", "A"}) == 0.5);
    CHECK(points(item, {"C"}) == 0);
    CHECK(points(item, {"C", "A", "C", "A", "B"}) == 0.5); // three places, and C A once
    CHECK(line(item, {"A", "B", "C"}).outcome == item_outcome::partial);
    CHECK(line(item, {"C", "A", "B"}).outcome == item_outcome::correct);
    CHECK(points(order(rule_kind::adjacent_pairs, {"A"}), {"A"}) == 1);
    CHECK(points(order(rule_kind::adjacent_pairs, {"A", "B"}), {"B", "A"}) == 0);
}

TEST_CASE("position counts right places") {
    auto item = order(rule_kind::position);
    item.max_score = "3";
    CHECK(points(item, {"C", "A", "B"}) == 3);
    CHECK(points(item, {"C", "B", "A"}) == 1);
    CHECK(points(item, {"A", "B", "C"}) == 0);
    CHECK(points(item, {"C", "A"}) == 2);
    CHECK(points(item, {"C", "C", "C"}) == 1);
    CHECK(points(item, {"A", "C", "B", "C", "A", "B"}) == 1);
    CHECK(points(item, {}) == 0);
}

TEST_CASE("orders of other things are named") {
    using error = domain::field_error;
    const auto scorer = compiled(order(rule_kind::position));
    const auto all = [&](const std::vector<std::string_view>& given) {
        return check(*scorer, answers().list("q", given));
    };
    CHECK(all({"A", "B", "C"}).empty());
    CHECK(all({"A", "A"}).empty());
    CHECK(all({"A", "Z"}) == std::vector{error{"/answers/q/1", "is not an option of this item"}});
    CHECK(all(std::vector<std::string_view>(1001, "A")) == std::vector{error{"/answers/q", "has too many members"}});
    CHECK(check(*scorer, answers().text("q", "A")) == std::vector{error{"/answers/q", "must be an array of strings"}});
    answers nested;
    CHECK(check(*scorer, nested.lists("q", {{"A"}})) == std::vector{error{"/answers/q/0", "must be a string"}});
}
