// The engine's entry points: compile(definition) does everything that does not depend on a submission; score() is a
// pure function without clock, locale or I/O: the same definition and submission give the same sheet on every thread,
// CPU and distribution. A scorer is immutable and thread-safe.
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "gradesvc/domain/submission.hpp"
#include "gradesvc/domain/test_definition.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace gradesvc::scoring {

enum class item_outcome : std::uint8_t { correct, partial, incorrect, blank, not_reached, pending };
std::string_view to_string(item_outcome);

struct item_score {
    std::string_view item_id; ///< points into the scorer
    item_outcome outcome = item_outcome::blank;
    double score = 0;                    ///< points
    double max = 0;                      ///< points
    std::string_view misconception = {}; ///< "" = none
};

struct skill_score {
    std::string_view skill_id; ///< points into the scorer
    std::string_view label;
    int items = 0;
    double points = 0;
    double max = 0;
    std::optional<double> percent = {}; ///< 0–100
};

/// What a submission earned. Reuse one sheet for many submissions: its vectors keep their memory.
struct score_sheet {
    double raw = 0;
    double max = 0;
    std::optional<double> percent = {}; ///< 0–100; null while items are pending
    int answered = 0;
    int items = 0;
    int pending = 0;
    std::vector<item_score> item_scores = {}; ///< in the order of the definition
    std::vector<skill_score> skill_scores = {};
};

class scorer {
public:
    /// Builds the scorer of a valid definition, or says with a pointer each why items or rules are beyond this engine
    /// (errc::validation).
    static domain::outcome<std::shared_ptr<const scorer>> compile(domain::test_definition definition);
    ~scorer();
    scorer(const scorer&) = delete;
    scorer& operator=(const scorer&) = delete;

    const domain::test_definition& definition() const;

    /// Appends what is wrong with the answers (unknown item, unknown option, wrong kind of value) to `errors`, with
    /// pointers into the submission document; at most domain::max_field_errors in all.
    void check(const domain::submission&, std::vector<domain::field_error>& errors) const;

    /// Scores a submission that check() found nothing in. No allocation once `sheet` has grown to the test's size.
    void score(const domain::submission&, score_sheet& sheet) const;

private:
    struct impl;
    explicit scorer(std::unique_ptr<const impl>);
    std::unique_ptr<const impl> impl_;
};

} // namespace gradesvc::scoring
