// Ability, reporting scale, level and person fit of a test with calibrated items. Immutable once built; thread-safe.
#pragma once

#include "irt/ability.hpp"
#include "scoring/evidence.hpp"
#include "scoring/footprint.hpp"

#include <memory>
#include <optional>

namespace gradesvc::scoring {

class ability_measure {
public:
    explicit ability_measure(const domain::test_definition& definition);

    /// Sets ability and level of a sheet whose points are summed, in profile full also fit.
    void measure(const item_responses& responses, profile how, score_sheet& sheet) const;

    std::optional<test_properties> properties() const;

    /// The calibrated items, null where there are none or none is asked for.
    const irt::item_bank* bank() const { return bank_.get(); }

    std::size_t memory() const { return heap::of_all(items_, bank_); }

private:
    struct posterior_mass;

    void set_scale(ability_estimate& ability) const;
    double on_scale(double theta) const;
    void set_level(std::optional<double> score, const posterior_mass* mass, score_sheet& sheet) const;

    const domain::test_definition& definition_;
    std::vector<std::uint32_t> items_; // of the bank, as indices in the test
    std::unique_ptr<const irt::item_bank> bank_;
    std::string_view model_;
};

} // namespace gradesvc::scoring
