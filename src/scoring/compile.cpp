#include "scoring/compiled_test.hpp"

#include <cmath>
#include <functional>
#include <string>

namespace gradesvc::scoring {

using domain::exact;
using domain::field_error;
using domain::item_type;
using domain::rule_kind;

void item_index::build(const std::vector<compiled_item>& items) {
    std::size_t size = 2;
    while (size < 2 * items.size()) size *= 2;
    slots_.assign(size, none);
    mask_ = size - 1;
    for (std::uint32_t i = 0; i < items.size(); ++i) {
        auto slot = std::hash<std::string_view>{}(items[i].id) & mask_;
        while (slots_[slot] != none) slot = (slot + 1) & mask_;
        slots_[slot] = i;
    }
}

std::uint32_t item_index::find(const std::vector<compiled_item>& items, std::string_view id) const {
    auto slot = std::hash<std::string_view>{}(id)&mask_;
    for (; slots_[slot] != none; slot = (slot + 1) & mask_)
        if (items[slots_[slot]].id == id) return slots_[slot];
    return none;
}

namespace {

const domain::exact_integer finest_divisor = 1'000'000'000'000; // what results are rounded to

using rule_variant = decltype(compiled_item::rule);

rule_variant compile_rule(const domain::test_item& item, point_units& units) {
    switch (item.type) {
    case item_type::choice: break;
    case item_type::inline_choice:
    case item_type::gap_match:
    case item_type::match:
    case item_type::associate: return pair_rule(item, units);
    case item_type::order: return order_rule(item, units);
    case item_type::text_entry:
        if (item.rule.kind == rule_kind::numeric) return numeric_rule(item, units);
        return text_rule(item, units);
    case item_type::hotspot:
    case item_type::select_point: return area_rule(item, units);
    case item_type::extended_text:
    case item_type::upload: return external_rule(item, units);
    }
    return choice_rule(item, units);
}

compiled_item compile_item(const domain::test_item& item, point_units& units) {
    auto rule = compile_rule(item, units);
    const auto full = std::visit([](const auto& r) { return r.full(); }, rule);
    return {item.item_id, std::move(rule), item.cbm, full, units.number(item.cbm ? 3 * full : full)};
}

// A divisor that makes whole numbers of all weights, or the finest power of ten; 0 when sums over them would not fit.
domain::exact_integer common_divisor(const std::vector<std::pair<std::uint32_t, exact>>& weights, points largest) {
    domain::exact_integer divisor = 1;
    double sum = 0;
    for (const auto& [item, weight] : weights) {
        if (divisor <= finest_divisor) divisor = lcm(divisor, denominator(weight));
        sum += std::abs(domain::to_double(weight));
    }
    const auto fits = [&] { return (sum + 1) * divisor.convert_to<double>() * static_cast<double>(largest) < 0x1p62; };
    if (divisor > finest_divisor || !fits()) divisor = finest_divisor;
    while (divisor > 1 && !fits()) divisor /= 10;
    return fits() ? divisor : domain::exact_integer(0);
}

// Weights as integers over a common divisor; false when sums over them would not fit.
bool compile_skill(const domain::test_definition& definition, std::size_t skill, compiled_test& test) {
    std::vector<std::pair<std::uint32_t, exact>> weights;
    for (std::uint32_t i = 0; i < definition.items.size(); ++i)
        for (const auto& share : definition.items[i].skills)
            if (share.skill == skill) weights.emplace_back(i, domain::parse_exact(share.weight).value());
    const auto divisor = common_divisor(weights, test.units.largest());
    if (divisor == 0) return false;
    const auto& json = definition.skills[skill];
    auto& compiled = test.skills.emplace_back();
    compiled.id = json.skill_id;
    compiled.label = &json.label;
    compiled.divisor = divisor.convert_to<double>();
    for (const auto& [item, weight] : weights) compiled.shares.push_back({item, whole_units(weight, divisor)});
    return true;
}

} // namespace

std::vector<field_error> compile_test(const domain::test_definition& definition, compiled_test& test) {
    for (const auto& item : definition.items) compile_item(item, test.units);
    if (!test.units.freeze()) return {{"/items", "the scores of the items are too large to be summed"}};
    for (const auto& item : definition.items) test.items.push_back(compile_item(item, test.units));
    test.index.build(test.items);
    std::vector<field_error> errors;
    for (std::size_t i = 0; i < definition.skills.size(); ++i)
        if (!compile_skill(definition, i, test))
            errors.push_back({"/skills/" + std::to_string(i), "the weights of its items are too large to be summed"});
    return errors;
}

} // namespace gradesvc::scoring
