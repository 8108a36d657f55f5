// The engine's entry points: compile(definition) does everything that does not depend on a submission; score() is a
// pure function without clock, locale or I/O: the same definition and submission give the same sheet on every thread,
// CPU and distribution. A scorer is immutable and thread-safe.
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "gradesvc/domain/submission.hpp"
#include "gradesvc/domain/test_definition.hpp"
#include "gradesvc/scoring/score_sheet.hpp"
#include "gradesvc/scoring/test_properties.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace gradesvc::scoring {

/// How much is computed. fast: points and ability. standard: skills, findings and recommendations as well. full: person
/// fit as well.
enum class profile : std::uint8_t { fast, standard, full };
std::string_view to_string(profile);

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

    /// Scores a submission that check() found nothing in. No allocation per item once `sheet` has grown to the test's
    /// size.
    void score(const domain::submission&, profile, score_sheet& sheet) const;

    /// Computed anew at each call, within a second. Null without calibrated items.
    std::optional<test_properties> properties() const;

    /// Bytes of memory that the scorer holds, its definition included; roughly.
    std::size_t memory() const;

private:
    struct impl;
    explicit scorer(std::unique_ptr<const impl>);
    std::unique_ptr<const impl> impl_;
};

} // namespace gradesvc::scoring
