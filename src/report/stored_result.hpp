// A result document (docs/api.md) read back into a sheet, so that it can be told again in any language.
#pragma once

#include "codec/json_document.hpp"
#include "gradesvc/domain/test_definition.hpp"
#include "gradesvc/scoring/score_sheet.hpp"

#include <optional>
#include <string_view>

namespace gradesvc::report {

/// Views point into the texts it was made from and into itself.
class stored_result {
public:
    /// Labels and misconceptions come from `definition`, in `language` where it has them. Throws std::invalid_argument
    /// when `json` is not a result of that definition.
    stored_result(std::string_view json, const domain::test_definition& definition, std::string_view language);
    stored_result(const stored_result&) = delete;
    stored_result& operator=(const stored_result&) = delete;

    // "" where the document has null.
    std::string_view submission_id, user_id, test_id, accepted_at, scored_at;
    std::string_view engine_version, profile, definition_sha256, answers_sha256;
    std::int64_t test_version = 0, revision = 1;
    std::optional<std::int64_t> attempt;
    bool final = true;
    scoring::score_sheet sheet;

private:
    using value = codec::json_document::value;
    void read_header(value result);
    void read_ability(value ability);
    void read_level(value level);
    void read_items(value items);
    void read_skills(value skills);
    void read_findings(value findings, std::vector<scoring::finding>& into) const;
    void read_recommendations(value recommendations);
    void read_pacing(value pacing);
    std::uint32_t skill_of(value finding) const;

    codec::json_document document_;
    const domain::test_definition& definition_;
    std::string_view language_;
};

} // namespace gradesvc::report
