// What is allowed in a test definition but rarely meant.
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "gradesvc/domain/test_definition.hpp"

#include <vector>

namespace gradesvc::tools {

/// Warnings about a valid definition, with JSON pointers, in the order of its items and skills.
std::vector<domain::field_error> lint(const domain::test_definition& definition);

} // namespace gradesvc::tools
