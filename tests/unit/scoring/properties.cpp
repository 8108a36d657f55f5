#include "scoring_support.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <random>

using namespace gradesvc;
using namespace gradesvc::test;

namespace {

using generator = std::mt19937;

int below(generator& chance, int limit) { return static_cast<int>(chance() % static_cast<unsigned>(limit)); }

std::string fraction(generator& chance) {
    return std::to_string(below(chance, 13) - 6) + "/" + std::to_string(1 + below(chance, 12));
}

domain::test_item random_choice(generator& chance, int number) {
    const auto id = "q" + std::to_string(number);
    std::vector<std::string> options;
    for (int i = 0, n = 2 + below(chance, 19); i < n; ++i) options.push_back("o" + std::to_string(i));
    auto item = choice(id, options, {options[static_cast<std::size_t>(below(chance, 2))]});
    if (below(chance, 2) == 0) item.cardinality = domain::cardinality::multiple;
    item.cbm = below(chance, 4) == 0;
    switch (below(chance, 3)) {
    case 0: item.rule.wrong_score = "-1/" + std::to_string(1 + below(chance, 5)); break;
    case 1:
        map_to(item, {});
        for (const auto& option : options)
            if (below(chance, 3) > 0) item.rule.mapping->push_back({{option}, fraction(chance)});
        if (item.rule.mapping->empty()) item.rule.mapping->push_back({{options[0]}, "1"});
        item.rule.default_score = "-1/2";
        item.rule.lower_bound = "-2";
        item.rule.upper_bound = "5";
        break;
    default: item.rule.kind = domain::rule_kind::map_response; item.rule.default_score = fraction(chance);
    }
    item.skills = {{0, std::to_string(1 + below(chance, 9)) + "/7"}};
    item.misconceptions = {{options.back(), {{{"", "m"}}}}};
    return item;
}

domain::test_definition random_test(generator& chance) {
    domain::test_definition definition;
    definition.test_id = "t";
    definition.negative_total = true;
    definition.skills = {{"s", {{{"", "S"}}}}};
    for (int i = 0, n = 1 + below(chance, 12); i < n; ++i) definition.items.push_back(random_choice(chance, i));
    return definition;
}

struct ticked {
    std::string item;
    std::vector<std::string> options;
};

std::vector<ticked> random_answers(generator& chance, const domain::test_definition& definition) {
    std::vector<ticked> all;
    for (const auto& item : definition.items) {
        const int most = item.cardinality == domain::cardinality::single ? 2 : 6;
        ticked one{item.item_id, {}};
        for (int i = 0, n = below(chance, most); i < n; ++i)
            one.options.push_back(
                item.options[static_cast<std::size_t>(below(chance, static_cast<int>(item.options.size())))]);
        all.push_back(std::move(one));
    }
    return all;
}

scoring::score_sheet scored(const scoring::scorer& scorer, const std::vector<ticked>& all) {
    answers given;
    for (const auto& one : all) given.list(one.item, {one.options.begin(), one.options.end()});
    CHECK(check(scorer, given).empty());
    return score(scorer, given);
}

bool same(const scoring::score_sheet& a, const scoring::score_sheet& b) {
    const auto line = [](const auto& x, const auto& y) {
        return x.item_id == y.item_id && x.outcome == y.outcome && x.score == y.score && x.max == y.max &&
               x.misconception == y.misconception;
    };
    return a.raw == b.raw && a.max == b.max && a.percent == b.percent && a.answered == b.answered &&
           std::equal(a.item_scores.begin(), a.item_scores.end(), b.item_scores.begin(), b.item_scores.end(), line) &&
           a.skill_scores[0].points == b.skill_scores[0].points;
}

} // namespace

TEST_CASE("any answers to any choices: scores in bounds, whatever the order, duplicates once") {
    generator chance(20240607);
    for (int round = 0; round < 2000; ++round) {
        const auto definition = random_test(chance);
        const auto scorer = compiled(definition);
        auto all = random_answers(chance, definition);
        const auto sheet = scored(*scorer, all);
        double sum = 0;
        for (const auto& line : sheet.item_scores) {
            CHECK(line.score <= line.max);
            sum += line.score;
        }
        CHECK(sheet.raw == Approx(sum).margin(1e-9));
        CHECK((!sheet.percent || (*sheet.percent >= 0 && *sheet.percent <= 100)));
        std::shuffle(all.begin(), all.end(), chance);
        for (auto& one : all) {
            std::shuffle(one.options.begin(), one.options.end(), chance);
            if (!one.options.empty()) one.options.push_back(one.options.front());
        }
        CHECK(same(sheet, scored(*scorer, all)));
    }
}

namespace {

double earned(const scoring::scorer& scorer, const std::vector<std::string_view>& ticked) {
    answers given;
    return score(scorer, given.list("q", ticked)).item_scores[0].score;
}

} // namespace

TEST_CASE("partial credit: in bounds, all for the key alone, a wrong tick never helps, a right one never hurts") {
    const std::vector<std::string> options = {"A", "B", "C", "D", "E", "F"};
    generator chance(77);
    for (int round = 0; round < 120; ++round) {
        const auto right = static_cast<std::size_t>(1 + below(chance, 5));
        auto item = multiple("q", options, {options.begin(), options.begin() + static_cast<std::ptrdiff_t>(right)});
        static constexpr domain::rule_kind kinds[] = {domain::rule_kind::edc, domain::rule_kind::halves,
                                                      domain::rule_kind::per_option};
        item.rule.kind = kinds[below(chance, 3)];
        item.rule.penalty = static_cast<domain::option_penalty>(below(chance, 4)); // all but none
        item.max_score = std::to_string(1 + below(chance, 7)) + "/" + std::to_string(1 + below(chance, 7));
        const auto scorer = compiled(item);
        const double max = score(*scorer, answers()).item_scores[0].max;
        for (unsigned ticks = 1; ticks < 1U << options.size(); ++ticks) {
            std::vector<std::string_view> ticked;
            for (std::size_t i = 0; i < options.size(); ++i)
                if ((ticks >> i & 1U) != 0) ticked.push_back(options[i]);
            const double points = earned(*scorer, ticked);
            const bool is_key = ticks == (1U << right) - 1;
            CHECK((points >= 0 && points <= max));
            CHECK((points == max) == is_key);
            for (std::size_t i = 0; i < options.size(); ++i) {
                if ((ticks >> i & 1U) != 0) continue;
                auto more = ticked;
                more.push_back(options[i]);
                if (i < right)
                    CHECK(earned(*scorer, more) >= points);
                else
                    CHECK(earned(*scorer, more) <= points);
            }
        }
    }
}
