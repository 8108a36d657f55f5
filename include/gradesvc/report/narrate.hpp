// What a result says in plain words: the intended reading first, then what it rests on.
#pragma once

#include "gradesvc/domain/narrative.hpp"
#include "gradesvc/domain/test_definition.hpp"
#include "gradesvc/scoring/score_sheet.hpp"

#include <string_view>

namespace gradesvc::report {

/// Words in choose_language(locale, definition.locale); the test's own texts in `locale`. `definition` is that of the
/// sheet. Pure and thread-safe: the same sheet and locale give the same bytes everywhere.
domain::narrative narrate(const scoring::score_sheet& sheet, const domain::test_definition& definition,
                          std::string_view locale);

} // namespace gradesvc::report
