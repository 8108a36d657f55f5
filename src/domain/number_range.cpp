#include "domain/number_range.hpp"

namespace gradesvc::domain {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

} // namespace

std::optional<number_range> parse_range(std::string_view text) {
    text = trimmed(text);
    const auto comma = text.find(',');
    if (text.size() < 5 || comma == text.npos) return std::nullopt;
    const char open = text.front(), close = text.back();
    if ((open != '[' && open != '(') || (close != ']' && close != ')')) return std::nullopt;
    auto low = parse_exact(trimmed(text.substr(1, comma - 1)));
    auto high = parse_exact(trimmed(text.substr(comma + 1, text.size() - comma - 2)));
    if (!low || !high) return std::nullopt;
    number_range range{std::move(*low), std::move(*high), open == '(', close == ')'};
    if (range.low > range.high || (range.low == range.high && (range.low_open || range.high_open))) return std::nullopt;
    return range;
}

} // namespace gradesvc::domain
