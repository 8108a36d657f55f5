#include "scoring/wildcard.hpp"

#include <utility>

namespace gradesvc::scoring {

namespace {

std::vector<std::uint32_t> borders_of(std::string_view text) {
    std::vector<std::uint32_t> borders(text.size(), 0);
    std::uint32_t length = 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        while (length > 0 && text[i] != text[length]) length = borders[length - 1];
        if (text[i] == text[length]) ++length;
        borders[i] = length;
    }
    return borders;
}

} // namespace

wildcard_pattern::wildcard_pattern(std::string_view pattern) {
    pieces_.emplace_back();
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '*') {
            pieces_.emplace_back();
            continue;
        }
        if (pattern[i] == '\\' && i + 1 < pattern.size() && pattern[i + 1] == '*') ++i;
        pieces_.back().text += pattern[i];
    }
    for (auto& part : pieces_) part.borders = borders_of(part.text);
}

wildcard_pattern wildcard_pattern::literal(std::string text) {
    wildcard_pattern pattern;
    pattern.pieces_.push_back({std::move(text)});
    return pattern;
}

bool wildcard_pattern::matches(std::string_view text) const {
    const auto& first = pieces_.front().text;
    const auto& last = pieces_.back().text;
    if (pieces_.size() == 1) return text == first;
    if (text.size() < first.size() + last.size() || !text.starts_with(first) || !text.ends_with(last)) return false;
    text = text.substr(first.size(), text.size() - first.size() - last.size());
    for (std::size_t i = 1; i + 1 < pieces_.size(); ++i) {
        const auto end = find(pieces_[i], text); // the leftmost place leaves most for the rest
        if (end == text.npos) return false;
        text.remove_prefix(end);
    }
    return true;
}

// The end of the leftmost occurrence, or npos.
std::size_t wildcard_pattern::find(const piece& part, std::string_view text) {
    if (part.text.empty()) return 0;
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        while (length > 0 && text[i] != part.text[length]) length = part.borders[length - 1];
        if (text[i] == part.text[length]) ++length;
        if (length == part.text.size()) return i + 1;
    }
    return text.npos;
}

} // namespace gradesvc::scoring
