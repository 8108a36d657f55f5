// The form in which texts are compared: Unicode NFC, trimmed, runs of white space as one space, case folded if asked.
#pragma once

#include <string>
#include <string_view>

namespace gradesvc::scoring {

enum class letter_case { keep, fold };

/// `text` is valid UTF-8; linear in its length.
std::string comparable(std::string_view text, letter_case letters);

} // namespace gradesvc::scoring
