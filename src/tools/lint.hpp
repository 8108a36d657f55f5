// What is allowed in a test definition but rarely meant.
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "gradesvc/domain/test_definition.hpp"

#include <string>
#include <vector>

namespace gradesvc::tools {

/// Warnings about a definition, with JSON pointers: about each of its items, then as lint_models. It need not be valid.
std::vector<domain::field_error> lint(const domain::test_definition& definition);

/// Appends those about the misconceptions of an item, which stands at `pointer`.
void lint_misconceptions(const domain::test_item& item, const std::string& pointer,
                         std::vector<domain::field_error>& warnings);

/// Appends those about ability, scale, levels and skills.
void lint_models(const domain::test_definition& definition, std::vector<domain::field_error>& warnings);

} // namespace gradesvc::tools
