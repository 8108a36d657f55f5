// Skills: what is mastered, what stands out, what to study next. Immutable once built; thread-safe.
//
// With calibrated items skills have a joint posterior (irt/skill_posterior.hpp); without, each is judged by its share of
// points (Wilson interval, Beta(1, 1) posterior), with an allowance for items of one skill being harder than those of another.
// A skill stands out only where its difference from the mean of the others
// is beyond the 1 − 0.05/K quantile for K skills: so at most one candidate in twenty without any weakness is told of one.
#pragma once

#include "irt/skill_posterior.hpp"
#include "scoring/evidence.hpp"
#include "scoring/footprint.hpp"

#include <memory>

namespace gradesvc::scoring {

class skill_measure {
public:
    skill_measure(const domain::test_definition& definition, const compiled_test& test);

    /// Sets what follows from the points of the sheet's skills, which are summed already.
    void measure(const item_responses& responses, const skill_shares& shares, score_sheet& sheet) const;

    /// Null where skills are judged by shares.
    const irt::skill_posterior* posterior() const { return posterior_.get(); }

    std::size_t memory() const { return heap::of_all(items_, posterior_); }

private:
    struct standing;

    void build_posterior();
    void by_model(const item_responses& responses, score_sheet& sheet, standing& found) const;
    void by_share(const skill_shares& shares, score_sheet& sheet, standing& found) const;
    void set_findings(const standing& found, score_sheet& sheet) const;
    void add_finding(std::uint32_t skill, double diff, double sd, score_sheet& sheet) const;
    void set_recommendations(score_sheet& sheet) const;

    const domain::test_definition& definition_;
    const compiled_test& test_;
    double certain_ = 0;               // standard deviations beyond which a difference is believed
    std::vector<std::uint32_t> items_; // of the posterior, as indices in the test
    std::unique_ptr<const irt::skill_posterior> posterior_;
};

} // namespace gradesvc::scoring
