// Where two JSON documents differ first.
#pragma once

#include "codec/json_document.hpp"

#include <optional>
#include <string>

namespace gradesvc::audit {

struct json_difference {
    std::string pointer;
    std::string left, right; ///< the values there, cut; "" = there is none
};

/// In the order of the left one. nullopt: the same values in the same order, whatever the white space.
std::optional<json_difference> first_difference(codec::json_document::value left, codec::json_document::value right);

} // namespace gradesvc::audit
