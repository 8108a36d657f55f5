// What a report says, before it becomes JSON or HTML: the stored result, told in one language, and what follows from it
// for each item.
#pragma once

#include "gradesvc/domain/narrative.hpp"
#include "report/phrasebook.hpp"
#include "report/stored_result.hpp"

namespace gradesvc::report {

/// Beyond what the result says of an item.
struct item_remark {
    std::optional<double> difficulty = {}; ///< on the scale of theta: b, of several the mean
    std::optional<double> expected = {};   ///< share of the points at the estimated ability
    std::optional<double> time_s = {};
    bool missed = false; ///< wrong against expectation
    bool beyond = false; ///< right against expectation
    bool reach = false;  ///< not right, but nearly expected to be
    bool rapid = false;
};

struct term {
    std::string_view name, meaning;
};

/// Views point into the result's text and the definition.
struct document {
    document(std::string_view result, const domain::test_definition& definition, std::string_view language);

    std::string_view label(std::size_t skill) const { return result.sheet.skill_scores[skill].label; }
    std::string_view level_label(std::size_t level) const {
        return definition.levels[level].label.in(words.language());
    }
    std::string level_from(std::size_t level) const; ///< with where it begins
    std::string_view title() const;
    /// The time in which an answer counts as rapid.
    double rapid_s() const { return result.sheet.pacing ? result.sheet.pacing->rapid_s() : 0; }

    const domain::test_definition& definition;
    const phrasebook& words;
    stored_result result;
    domain::narrative said;
    std::vector<item_remark> remarks; ///< by item
    std::vector<std::string_view> caveats;
    std::vector<term> glossary;
};

/// Whether a resource is an address that a page may link to.
bool is_web_address(std::string_view resource);

} // namespace gradesvc::report
