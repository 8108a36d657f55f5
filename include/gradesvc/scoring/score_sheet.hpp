// What a submission earned: points, ability, skills, and what follows from them. A plain value without texts of its own:
// views point into the scorer that filled it. Reuse one sheet for many submissions: its vectors keep their memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace gradesvc::scoring {

enum class item_outcome : std::uint8_t { correct, partial, incorrect, blank, not_reached, pending };
std::string_view to_string(item_outcome);

enum class skill_band : std::uint8_t { strong, developing, weak, insufficient_evidence };
std::string_view to_string(skill_band);

struct item_score {
    std::string_view item_id;
    item_outcome outcome = item_outcome::blank;
    double score = 0;                    ///< points
    double max = 0;                      ///< points
    std::string_view misconception = {}; ///< in the locale of the submission; "" = none
};

struct interval {
    double low = 0;
    double high = 0;
};

/// Where a candidate stands on the latent scale.
struct ability_estimate {
    std::string_view model;            ///< "2PL", …; "mixed" where items follow several
    std::string_view estimator;        ///< "EAP", "MAP", "MLE", "WLE"
    double theta = 0;                  ///< where `extreme`, the bound of the quadrature range
    std::optional<double> se = {};     ///< null where `extreme`
    bool extreme = false;              ///< the estimate has no finite maximum
    std::optional<double> scaled = {}; ///< on the reporting scale: stepped and clamped; null without a scale
    std::optional<double> scaled_se = {};
    std::optional<interval> ci95 = {};     ///< on the reporting scale, without one of theta
    std::optional<double> percentile = {}; ///< 0–100, in the population of the prior
};

/// The highest level whose minimum was reached.
struct reached_level {
    std::uint32_t level = 0; ///< index in test_definition::levels
    double min = 0;
    std::optional<double> probability_above = {}; ///< of the true score being at or above `min`; null without ability
};

struct skill_score {
    std::string_view skill_id;
    std::string_view label; ///< in the locale of the submission
    int items = 0;          ///< with evidence
    double points = 0;
    double max = 0;
    std::optional<double> percent = {};        ///< 0–100
    std::optional<interval> percent_ci95 = {}; ///< Wilson
    std::optional<double> theta = {};          ///< posterior mean; null without a skill model
    std::optional<double> se = {};             ///< posterior standard deviation
    std::optional<double> mastery = {};        ///< probability
    std::optional<skill_band> band = {};
};

/// A skill that stands out from the candidate's others, above (strength) or below (weakness).
struct finding {
    std::uint32_t skill = 0; ///< index in skill_scores
    double diff = 0;         ///< against the mean of the others: of theta, without a skill model of shares correct
    interval ci90 = {};
    std::vector<std::uint32_t> items = {}; ///< indices in item_scores: those behind it
};

/// What to study next, the most promising first.
struct recommendation {
    std::uint32_t skill = 0;               ///< index in skill_scores
    double gain = 0;                       ///< weight × (1 − mastery) × readiness
    std::vector<std::uint32_t> items = {}; ///< indices in item_scores: some that were missed, those in reach first
};

struct person_fit {
    double lz = 0;
    bool flagged = false; ///< answers that do not go with the ability
};

/// Times, where the submission gives any. Rapid: in less than a tenth of the median time of the candidate's own answers.
struct pacing {
    double total_s = 0;
    std::optional<double> limit_s = {};
    double median_item_s = 0;
    double rapid_share = 0; ///< of the answers that have a time
    int not_reached = 0;
    std::vector<std::optional<double>> item_s = {}; ///< by item

    /// Answers in less than this are rapid.
    double rapid_s() const { return 0.1 * median_item_s; }
};

struct score_sheet {
    double raw = 0;
    double max = 0;
    std::optional<double> percent = {}; ///< 0–100; null while items are pending
    int answered = 0;
    int items = 0;
    int pending = 0;
    std::optional<ability_estimate> ability = {};
    std::optional<reached_level> level = {};  ///< null while items are pending
    std::vector<item_score> item_scores = {}; ///< in the order of the definition
    std::vector<skill_score> skill_scores = {};
    std::vector<finding> strengths = {};
    std::vector<finding> weaknesses = {};
    std::vector<recommendation> recommendations = {};
    std::optional<person_fit> fit = {};
    std::optional<scoring::pacing> pacing = {};
};

} // namespace gradesvc::scoring
