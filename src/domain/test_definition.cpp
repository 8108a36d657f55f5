#include "gradesvc/domain/test_definition.hpp"

#include <array>

namespace gradesvc::domain {

namespace {

std::string_view language_of(std::string_view locale) { return locale.substr(0, locale.find_first_of("-_")); }

} // namespace

std::string_view localized_text::in(std::string_view locale) const {
    for (const auto& [language, text] : texts)
        if (language == locale) return text;
    for (const auto& [language, text] : texts)
        if (language_of(language) == language_of(locale)) return text;
    return texts.empty() ? std::string_view() : texts.front().second;
}

std::string_view to_string(item_type type) {
    static constexpr std::array<std::string_view, 11> words = {
        "choice",     "inline_choice", "gap_match",    "match",         "associate", "order",
        "text_entry", "hotspot",       "select_point", "extended_text", "upload",
    };
    return words.at(static_cast<std::size_t>(type));
}

std::string_view to_string(rule_kind kind) {
    static constexpr std::array<std::string_view, 11> words = {
        "match_correct", "map_response",       "edc",      "halves", "per_option", "adjacent_pairs", "position", "text",
        "numeric",       "map_response_point", "external",
    };
    return words.at(static_cast<std::size_t>(kind));
}

std::string_view to_string(irt_model model) {
    static constexpr std::array<std::string_view, 6> words = {"1PL", "2PL", "3PL", "4PL", "GRM", "GPCM"};
    return words.at(static_cast<std::size_t>(model));
}

} // namespace gradesvc::domain
