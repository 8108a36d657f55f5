// The personal report of a scored submission, as JSON (docs/api.md) and as one self-contained HTML page without scripts.
// Pure and thread-safe: the same result and language give the same bytes everywhere.
#pragma once

#include "gradesvc/domain/test_definition.hpp"

#include <string>
#include <string_view>

namespace gradesvc::report {

/// `result` is the result document, `definition` that of its test and version, `language` one of languages(). All words
/// are in that language, whichever the result was written in. Throw std::invalid_argument when result and definition
/// do not belong together.
std::string report_html(std::string_view result, const domain::test_definition& definition, std::string_view language);
std::string report_json(std::string_view result, const domain::test_definition& definition, std::string_view language);

/// Why there is no report.
enum class absence { waiting, failed };

/// A page that says so; while waiting it looks again by itself.
std::string absence_html(absence, std::string_view language);

} // namespace gradesvc::report
