#include "domain/exact.hpp"

#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace gradesvc::domain {

namespace mp = boost::multiprecision;

namespace {

constexpr std::string_view unicode_minus = "\xE2\x88\x92"; // U+2212

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Consumes a sign; true when it was a minus.
bool take_sign(std::string_view& rest) {
    if (rest.starts_with(unicode_minus)) {
        rest.remove_prefix(unicode_minus.size());
        return true;
    }
    const bool minus = rest.starts_with('-');
    if (minus || rest.starts_with('+')) rest.remove_prefix(1);
    return minus;
}

// Consumes `e[sign]digits`, or nothing. Saturates far beyond every limit.
std::int64_t take_exponent(std::string_view& rest) {
    if (!rest.starts_with('e') && !rest.starts_with('E')) return 0;
    auto after = rest.substr(1);
    const bool minus = take_sign(after);
    if (after.empty() || !is_digit(after.front())) return 0;
    std::int64_t power = 0;
    for (; !after.empty() && is_digit(after.front()); after.remove_prefix(1))
        power = std::min<std::int64_t>(power * 10 + (after.front() - '0'), 1'000'000'000);
    rest = after;
    return minus ? -power : power;
}

struct mantissa {
    std::string digits;        // without leading zeros
    std::int64_t decimals = 0; // how many of the written digits stand after the separator
    bool any = false;
};

mantissa take_mantissa(std::string_view& rest, bool decimal_comma) {
    mantissa m;
    bool separator = false;
    for (; !rest.empty(); rest.remove_prefix(1)) {
        const char c = rest.front();
        if (is_digit(c)) {
            m.any = true;
            m.decimals += separator ? 1 : 0;
            if (!m.digits.empty() || c != '0') m.digits += c;
        } else if (!separator && (c == '.' || (decimal_comma && c == ','))) {
            separator = true;
        } else {
            break;
        }
    }
    return m;
}

exact power_of_ten(std::int64_t power) {
    const exact_integer magnitude = mp::pow(exact_integer(10), static_cast<unsigned>(std::abs(power)));
    return power < 0 ? exact(exact_integer(1), magnitude) : exact(magnitude);
}

// What becomes of a number smaller than the limits: the smallest one of its sign, or none.
enum class tiny { smallest, refused };

std::optional<exact> make(mantissa m, std::int64_t exponent, number_limits limits, tiny below) {
    std::int64_t power = exponent - m.decimals;
    const auto kept = m.digits.find_last_not_of('0') + 1; // trailing zeros are a power of ten
    power += static_cast<std::int64_t>(m.digits.size() - kept);
    m.digits.resize(kept);
    if (m.digits.empty()) return exact(0);
    const std::int64_t leading = power + static_cast<std::int64_t>(m.digits.size()) - 1;
    if (leading > limits.exponent || m.digits.size() > static_cast<std::size_t>(limits.digits)) return std::nullopt;
    if (leading < -limits.exponent) {
        if (below == tiny::refused) return std::nullopt;
        return power_of_ten(-limits.exponent - 1);
    }
    return exact(exact_integer(m.digits)) * power_of_ten(power);
}

decimal_prefix read_decimal(std::string_view text, number_limits limits, bool decimal_comma, tiny below) {
    auto rest = text;
    const bool minus = take_sign(rest);
    auto digits = take_mantissa(rest, decimal_comma);
    if (!digits.any) return {};
    const auto exponent = take_exponent(rest);
    auto value = make(std::move(digits), exponent, limits, below);
    if (value && minus) *value = -*value;
    return {text.size() - rest.size(), std::move(value)};
}

} // namespace

decimal_prefix parse_decimal(std::string_view text, number_limits limits, bool decimal_comma) {
    return read_decimal(text, limits, decimal_comma, tiny::smallest);
}

std::optional<exact> parse_exact(std::string_view text) {
    constexpr number_limits key{limits::key_digits, limits::key_exponent};
    const auto slash = text.find('/');
    if (slash != text.npos) {
        const auto top = text.substr(0, slash), bottom = text.substr(slash + 1);
        const bool integers = top.find_first_of(".eE") == top.npos && !bottom.empty() &&
                              std::all_of(bottom.begin(), bottom.end(), is_digit);
        auto p = integers ? parse_exact(top) : std::nullopt;
        auto q = integers ? parse_exact(bottom) : std::nullopt;
        if (!p || !q || *q == 0) return std::nullopt;
        return *p / *q;
    }
    auto found = read_decimal(text, key, false, tiny::refused);
    if (found.length != text.size() || text.empty()) return std::nullopt;
    return found.value;
}

namespace {

// bits x 2^exponent as the nearest double, where bits has its highest bit set.
double nearest(std::uint64_t bits, int exponent) {
    constexpr int least = -1074; // power of two of the smallest double
    const int below = least - exponent;
    if (below <= 11) return std::ldexp(static_cast<double>(bits), exponent); // all 53 bits of a double stand above it
    if (below > 64) return 0;
    std::uint64_t kept = below < 64 ? bits >> below : 0;
    const std::uint64_t rest = bits << (64 - below) % 64, half = 1ULL << 63;
    if (rest > half || (rest == half && kept % 2 == 1)) ++kept;
    return std::ldexp(static_cast<double>(kept), least);
}

} // namespace

double to_double(const exact& value) {
    exact_integer top = abs(numerator(value));
    exact_integer bottom = denominator(value);
    if (top == 0) return 0;
    // A quotient of 64 or 65 bits, whose last bit also stands for everything below it: then one rounding.
    const auto shift = 64 - (static_cast<int>(msb(top)) - static_cast<int>(msb(bottom)));
    if (shift >= 0)
        top <<= static_cast<unsigned>(shift);
    else
        bottom <<= static_cast<unsigned>(-shift);
    exact_integer quotient, remainder;
    divide_qr(top, bottom, quotient, remainder);
    const bool wide = msb(quotient) == 64;
    bool sticky = remainder != 0 || (wide && bit_test(quotient, 0));
    if (wide) quotient >>= 1;
    const auto bits = static_cast<std::uint64_t>(quotient) | (sticky ? 1U : 0U);
    const double magnitude = nearest(bits, (wide ? 1 : 0) - shift);
    return value < 0 ? -magnitude : magnitude;
}

} // namespace gradesvc::domain
