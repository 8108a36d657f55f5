// A test ready for scoring: what compile() makes of a definition. Immutable once built; thread-safe. It refers to texts
// of the definition, which must outlive it.
#pragma once

#include "gradesvc/domain/definition_limits.hpp"
#include "gradesvc/domain/errc.hpp"
#include "scoring/areas.hpp"
#include "scoring/choice.hpp"
#include "scoring/external.hpp"
#include "scoring/footprint.hpp"
#include "scoring/order.hpp"
#include "scoring/pairs.hpp"
#include "scoring/text_entry.hpp"

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace gradesvc::scoring {

struct compiled_item {
    std::string_view id;
    std::variant<choice_rule, pair_rule, order_rule, text_rule, numeric_rule, area_rule, external_rule> rule;
    bool cbm = false;
    points full = 0; ///< without certainty-based marking
    double max = 0;  ///< what the item counts at most

    mark score(const domain::answer_value& answer) const {
        if (const auto* choice = std::get_if<choice_rule>(&rule)) // most items are
            return choice->score(answer);
        return std::visit([&](const auto& r) { return r.score(answer); }, rule);
    }
    answer_fault check(const domain::answer_value& answer) const {
        return std::visit([&](const auto& r) { return r.check(answer); }, rule);
    }
};

/// An item's part in a skill.
struct skill_share {
    std::uint32_t item;
    std::int64_t weight; ///< in units of 1/skill divisor
};

struct compiled_skill {
    std::string_view id;
    const domain::localized_text* label;
    double divisor = 1; ///< of weights
    std::vector<skill_share> shares = {};
};

/// Item ids to positions: open addressing, no allocation on look-up.
class item_index {
public:
    static constexpr std::uint32_t none = 0xffffffff;

    void build(const std::vector<compiled_item>& items);
    std::uint32_t find(const std::vector<compiled_item>& items, std::string_view id) const;
    std::size_t memory() const { return heap::of(slots_); }

private:
    std::vector<std::uint32_t> slots_;
    std::size_t mask_ = 0;
};

struct compiled_test {
    std::vector<compiled_item> items;
    std::vector<compiled_skill> skills;
    item_index index;
    point_units units;
};

/// Fills `test`, or says with a pointer each what is beyond this engine.
std::vector<domain::field_error> compile_test(const domain::test_definition& definition, compiled_test& test);

} // namespace gradesvc::scoring
