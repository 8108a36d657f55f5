// What is allowed in a test definition but rarely meant.
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "gradesvc/domain/test_definition.hpp"

#include <vector>

namespace gradesvc::tools {

/// Warnings about a definition, with JSON pointers: about its items, then as lint_models. It need not be valid.
std::vector<domain::field_error> lint(const domain::test_definition& definition);

/// Appends those about ability, scale, levels and skills.
void lint_models(const domain::test_definition& definition, std::vector<domain::field_error>& warnings);

} // namespace gradesvc::tools
