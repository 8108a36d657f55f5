// The languages that reports are written in: one for each file of web/locales/.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace gradesvc::report {

/// By name, such as "de".
std::span<const std::string> languages();

/// The language in the box that a locale such as "de-AT" asks for, "" if there is none.
std::string_view language_of(std::string_view locale);

/// That of the first locale, else that of the second, else English.
std::string_view choose_language(std::string_view wanted, std::string_view fallback);

} // namespace gradesvc::report
