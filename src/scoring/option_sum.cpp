#include "scoring/option_sum.hpp"

#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>

namespace gradesvc::scoring {

using domain::exact;

namespace {

// The greatest sum that a mapping can reach, before upper_bound; nullopt when there is no end to it.
std::optional<exact> reachable(const domain::test_item& item) {
    const auto& mapping = *item.rule.mapping;
    const exact other = value_of(item.rule.default_score);
    const bool has_others = item.options.empty() || item.options.size() > mapping.size();
    if (item.cardinality == domain::cardinality::single) {
        std::optional<exact> best;
        for (const auto& entry : mapping) best = best ? std::max(*best, value_of(entry.score)) : value_of(entry.score);
        return has_others ? std::max(*best, other) : *best;
    }
    exact sum = 0;
    for (const auto& entry : mapping) sum += std::max(exact(0), value_of(entry.score));
    if (other <= 0 || !has_others) return sum;
    if (item.options.empty()) return std::nullopt;
    return exact(sum + other * (item.options.size() - mapping.size()));
}

// The values of all options that the key names, and of the others.
void set_by_key(option_sum& sum, const domain::test_item& item, const std::vector<std::string_view>& options,
                points right, points wrong) {
    const auto& correct = item.correct.options;
    for (std::size_t i = 0; i < options.size(); ++i)
        sum.ticked[i] = std::find(correct.begin(), correct.end(), options[i]) != correct.end() ? right : wrong;
}

void map_options(option_sum& sum, const domain::test_item& item, const std::vector<std::string_view>& options,
                 point_units& units) {
    sum.other = units(value_of(item.rule.default_score), static_cast<unsigned>(domain::limits::answer_members));
    if (!item.rule.mapping) {
        const auto count = item.correct.options.size();
        const points share = units(max_of_choice(item) / count, static_cast<unsigned>(count));
        return set_by_key(sum, item, options, share, sum.other);
    }
    std::fill(sum.ticked.begin(), sum.ticked.end(), sum.other);
    for (const auto& entry : *item.rule.mapping) {
        const auto option = std::find(options.begin(), options.end(), entry.value.front());
        sum.ticked[static_cast<std::size_t>(option - options.begin())] = units(value_of(entry.score));
    }
}

// Every decision counts: ticks that are right and blanks that are right.
void count_decisions(option_sum& sum, const domain::test_item& item, const std::vector<std::string_view>& options,
                     point_units& units) {
    const auto all = static_cast<unsigned>(options.size());
    const points one = units(max_of_choice(item) / all, all);
    sum.base = one * static_cast<points>(options.size() - item.correct.options.size());
    set_by_key(sum, item, options, one, -one);
}

exact penalty_of(domain::option_penalty penalty, std::size_t right, std::size_t wrong) {
    switch (penalty) {
    case domain::option_penalty::wrong_count: return exact(1, std::max<std::size_t>(wrong, 1));
    case domain::option_penalty::wrong_count_2: return exact(1, std::max<std::size_t>(wrong, 2));
    case domain::option_penalty::correct_count: return exact(1, right);
    case domain::option_penalty::all: return 1;
    case domain::option_penalty::none: break;
    }
    return 0;
}

// 1/correct for a right tick, less a penalty for a wrong one: the rules of R/exams.
void charge_options(option_sum& sum, const domain::test_item& item, const std::vector<std::string_view>& options,
                    point_units& units) {
    const auto max = max_of_choice(item);
    const auto right = item.correct.options.size();
    const auto wrong = options.size() - right;
    const points share = units(max / right, static_cast<unsigned>(right));
    const points lost = units(max * penalty_of(item.rule.penalty, right, wrong), static_cast<unsigned>(wrong));
    set_by_key(sum, item, options, share, -lost);
}

} // namespace

exact max_of_choice(const domain::test_item& item) {
    return item.rule.mapping ? max_of_sum(item, reachable(item)) : max_of(item);
}

option_sum sum_of(const domain::test_item& item, const std::vector<std::string_view>& options, point_units& units) {
    option_sum sum;
    sum.ticked.resize(options.size());
    const exact max = max_of_choice(item);
    const points full = units(max);
    switch (item.rule.kind) {
    case domain::rule_kind::map_response:
        map_options(sum, item, options, units);
        sum.limits =
            limits_of(item.rule, 1, full, item.rule.mapping ? floor_default::none : floor_default::zero, units);
        break;
    case domain::rule_kind::edc:
        count_decisions(sum, item, options, units);
        sum.limits = {0, full};
        break;
    default:
        charge_options(sum, item, options, units);
        sum.limits = limits_of(item.rule, max, full, floor_default::zero, units);
    }
    return sum;
}

} // namespace gradesvc::scoring
