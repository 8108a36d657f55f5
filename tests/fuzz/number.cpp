// Numbers against oracles that are slow and plain. Input: a byte that picks the check, then the text.
#include "domain/number_range.hpp"
#include "fuzz/must.hpp"
#include "scoring/accepted_number.hpp"

#include <charconv>

using namespace gradesvc;
using domain::exact;
using fuzz::must;

namespace {

constexpr std::string_view digits = "0123456789";

std::string_view without_sign(std::string_view text) {
    for (const std::string_view sign : {"+", "-", "\xE2\x88\x92"})
        if (text.starts_with(sign)) return text.substr(sign.size());
    return text;
}

bool is_digits(std::string_view text) { return !text.empty() && text.find_first_not_of(digits) == text.npos; }

// The grammar, on a whole text.
bool is_decimal(std::string_view text, std::string_view separators) {
    text = without_sign(text);
    const auto e = text.find_first_of("eE");
    if (e != text.npos && !is_digits(without_sign(text.substr(e + 1)))) return false;
    auto mantissa = std::string(text.substr(0, e));
    if (const auto at = mantissa.find_first_of(separators); at != mantissa.npos) mantissa.erase(at, 1);
    return is_digits(mantissa);
}

// As std::from_chars wants it.
std::string plain(std::string_view text) {
    std::string number = text.starts_with("-") || text.starts_with("\xE2\x88\x92") ? "-" : "";
    for (auto rest = without_sign(text); !rest.empty(); rest.remove_prefix(1)) {
        if (rest.starts_with("\xE2\x88\x92")) {
            number += '-';
            rest.remove_prefix(2);
        } else {
            number += rest.front() == ',' ? '.' : rest.front();
        }
    }
    return number;
}

void check_decimal(std::string_view text, bool comma) {
    text = text.substr(0, 200); // the oracle takes the square
    const auto found = domain::parse_decimal(text, {1000, 1000}, comma);
    std::size_t longest = text.size();
    while (longest > 0 && !is_decimal(text.substr(0, longest), comma ? ".," : ".")) --longest;
    must(found.length == longest, "the longest number is read");
    if (!found.value) return;
    const auto number = plain(text.substr(0, longest));
    double nearest = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), nearest);
    if (parsed.ec == std::errc())
        must(domain::to_double(*found.value) == nearest, "the nearest double is that of libstdc++");
}

void check_fraction(std::string_view text) {
    const auto value = domain::parse_exact(text);
    if (!value) return;
    must(abs(*value) < *domain::parse_exact("1e400") * 10, "keys are within their limits");
    const auto slash = text.find('/');
    if (slash == text.npos) return must(is_decimal(text, "."), "a key is a decimal");
    const auto top = domain::parse_exact(text.substr(0, slash)), bottom = domain::parse_exact(text.substr(slash + 1));
    must(top && bottom && *bottom > 0 && *value * *bottom == *top, "p/q times q is p");
}

void check_range(std::string_view text) {
    const auto range = domain::parse_range(text);
    if (!range) return;
    must(range->low <= range->high, "ends ascend");
    must(range->contains(range->low) == (!range->low_open), "a closed end is inside, an open one is not");
    must(range->contains(range->high) == (!range->high_open), "a closed end is inside, an open one is not");
    must(range->low == range->high || range->contains((range->low + range->high) / 2), "the middle is inside");
    must(!range->contains(range->low - 1) && !range->contains(range->high + 1), "what is beyond is outside");
}

// |a - b| <= share of |of|, as the words of the tolerances say it.
bool within(const domain::numeric_key& key, const exact& number) {
    using domain::tolerance_type;
    const exact value = *domain::parse_exact(key.value), tolerance = *domain::parse_exact(key.tolerance);
    const exact off = number - value;
    switch (key.type) {
    case tolerance_type::absolute: return abs(off) <= tolerance;
    case tolerance_type::relative: return abs(off) <= abs(value) * tolerance;
    case tolerance_type::percent: return abs(off) * 100 <= abs(value) * tolerance;
    default: break; // geometric: the same factor up and down
    }
    return number == value || (number * value > 0 && abs(number) <= abs(value) * (1 + tolerance) &&
                               abs(value) <= abs(number) * (1 + tolerance));
}

void check_rounded(const exact& number, const exact& rounded, int decimals) {
    const exact unit = *domain::parse_exact("1e" + std::to_string(-decimals));
    must(denominator(exact(rounded / unit)) == 1, "a rounded number has so many decimals");
    must(abs(rounded - number) * 2 <= unit, "rounding goes to the nearest");
    must(abs(rounded - number) * 2 != unit || abs(rounded) > abs(number), "halves go away from zero");
}

// `value tolerance number`
void check_tolerance(std::string_view text, domain::tolerance_type type) {
    const auto first = text.find(' '), second = text.find(' ', first + 1);
    if (first == text.npos || second == text.npos) return;
    const domain::numeric_key key{std::string(text.substr(0, first)), type,
                                  std::string(text.substr(first + 1, second - first - 1))};
    const auto value = domain::parse_exact(key.value), tolerance = domain::parse_exact(key.tolerance),
               number = domain::parse_exact(text.substr(second + 1));
    if (!value || !tolerance || *tolerance < 0 || !number) return;
    const bool accepted = [&] {
        if (type != domain::tolerance_type::decimals) return scoring::accepted_number(key).accepts(*number);
        if (denominator(*tolerance) != 1 || *tolerance > 100) return false;
        const auto decimals = static_cast<int>(numerator(*tolerance));
        check_rounded(*number, scoring::round_to_decimals(*number, decimals), decimals);
        if (decimals > 0 && *number != 0) {
            const auto figures = scoring::round_to_figures(*number, decimals);
            const exact scale = *domain::parse_exact("1e" + std::to_string(decimals - 1));
            must(abs(figures - *number) * 2 * scale <= abs(*number), "so many figures are right");
        }
        return scoring::accepted_number(key).accepts(*number);
    }();
    if (type != domain::tolerance_type::decimals) must(accepted == within(key, *number), "both comparisons agree");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    switch (bytes[0] % 10) {
    case 0: check_decimal(text, false); break;
    case 1: check_decimal(text, true); break;
    case 2:
    case 3: check_fraction(text); break;
    case 4: check_range(text); break;
    case 5: check_tolerance(text, domain::tolerance_type::absolute); break;
    case 6: check_tolerance(text, domain::tolerance_type::relative); break;
    case 7: check_tolerance(text, domain::tolerance_type::percent); break;
    case 8: check_tolerance(text, domain::tolerance_type::geometric); break;
    default: check_tolerance(text, domain::tolerance_type::decimals);
    }
    return 0;
}
