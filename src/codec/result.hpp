// Encodes the result document of docs/api.md.
#pragma once

#include "codec/text.hpp"
#include "gradesvc/domain/narrative.hpp"
#include "gradesvc/domain/test_definition.hpp"
#include "gradesvc/scoring/score_sheet.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::codec {

/// What a result says besides the sheet. Unset optionals and empty `submission_id` become null.
struct result_header {
    std::string_view submission_id;
    std::string_view user_id;
    std::string_view test_id;
    std::int64_t test_version = 0;
    std::optional<std::int64_t> attempt = {};
    std::optional<std::string_view> group_id = {};
    std::int64_t revision = 1;
    std::string_view reason = "scored";
    std::optional<time_ms> accepted_at = {};
    std::optional<time_ms> scored_at = {};
    std::string_view engine_version;
    std::string_view profile = "standard";
    std::string_view definition_sha256;
    std::string_view answers_sha256;
};

/// `definition` is that of the sheet; `locale` is the language of labels. Members of `narrative` are parallel to those of
/// the sheet, or empty: then reasons are null.
void append_result(std::string& out, const result_header& header, const scoring::score_sheet& sheet,
                   const domain::test_definition& definition, std::string_view locale,
                   const domain::narrative& narrative);

/// [low, high], or null.
void append_interval(std::string& out, const std::optional<scoring::interval>& range);

} // namespace gradesvc::codec
