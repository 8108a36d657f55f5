// The result document of a scored submission, in words where the profile has them.
#pragma once

#include "codec/result.hpp"
#include "gradesvc/scoring/scorer.hpp"

namespace gradesvc::report {

/// Appends it to `out`. `locale` is the language that the submission asks for, if any.
void append_document(std::string& out, const codec::result_header& header, const scoring::score_sheet& sheet,
                     const domain::test_definition& definition, std::optional<std::string_view> locale,
                     scoring::profile profile);

} // namespace gradesvc::report
