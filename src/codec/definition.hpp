// Test definitions from and to JSON (docs/definitions.md): decoding with every error and its pointer, the text
// that is published, its hash, and the part that candidates may see. Pure functions.
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "gradesvc/domain/test_definition.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace gradesvc::codec {

/// Fails with errc::malformed when the text is not JSON, with errc::validation and one pointer per error otherwise.
/// What the limits are: gradesvc/domain/definition_limits.hpp.
domain::outcome<domain::test_definition> decode_definition(std::string_view json);

/// What could be read of a text that may not be a valid definition, and the first `most_errors` errors. A valid one has none.
/// Its items and skills stand where they stand in the text; what was wrong of them is left at its default.
struct readable_definition {
    domain::test_definition definition = {};
    std::vector<domain::field_error> errors = {};
    bool malformed = false; ///< not JSON
};
readable_definition read_definition(std::string_view json, std::size_t most_errors);

// The following take the text of a valid definition and throw std::invalid_argument when it is not JSON.

/// The definition as it is published: canonical JSON with that version.
std::string store_definition(std::string_view json, std::int64_t version);

/// Hex SHA-256 over the canonical JSON without the version: equal for definitions that ask and score the same.
std::string definition_sha256(std::string_view json);

/// Without what gives answers away: key, rule, units, parameters and misconceptions of
/// the items, and how they were calibrated.
std::string public_definition(std::string_view json);

} // namespace gradesvc::codec
