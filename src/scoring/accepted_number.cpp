#include "scoring/accepted_number.hpp"

#include <utility>

namespace gradesvc::scoring {

namespace mp = boost::multiprecision;
using domain::exact;
using domain::exact_integer;
using domain::tolerance_type;

namespace {

exact ten_to_the(int power) {
    const exact_integer magnitude = mp::pow(exact_integer(10), static_cast<unsigned>(power < 0 ? -power : power));
    return power < 0 ? exact(exact_integer(1), magnitude) : exact(magnitude);
}

// The power of ten of the leading digit of a number that is not 0.
int leading_power(const exact& number) {
    const exact size = abs(number);
    const auto bits = static_cast<int>(msb(numerator(size))) - static_cast<int>(msb(denominator(size)));
    int power = static_cast<int>(bits * 0.30102999566398120); // off by one at most
    while (size < ten_to_the(power)) --power;
    while (size >= ten_to_the(power + 1)) ++power;
    return power;
}

domain::number_range between(exact a, exact b) {
    if (b < a) std::swap(a, b);
    return {std::move(a), std::move(b)};
}

domain::number_range range_of(const domain::numeric_key& key) {
    if (key.type == tolerance_type::range) return domain::parse_range(key.value).value();
    const exact value = domain::parse_exact(key.value).value();
    const exact tolerance = domain::parse_exact(key.tolerance).value();
    switch (key.type) {
    case tolerance_type::absolute: return between(value - tolerance, value + tolerance);
    case tolerance_type::relative: return between(value - abs(value) * tolerance, value + abs(value) * tolerance);
    case tolerance_type::percent: {
        const exact upper = domain::parse_exact(key.upper_tolerance.value_or(key.tolerance)).value();
        return between(value * (1 - tolerance / 100), value * (1 + upper / 100));
    }
    case tolerance_type::geometric: return between(value / (1 + tolerance), value * (1 + tolerance));
    case tolerance_type::range:
    case tolerance_type::sigfig:
    case tolerance_type::decimals: break;
    }
    return {value, value};
}

} // namespace

exact round_to_decimals(const exact& number, int decimals) {
    const exact unit = ten_to_the(-decimals);
    const exact steps = abs(number) / unit + exact(1, 2);
    const exact size = exact(numerator(steps) / denominator(steps)) * unit;
    return number < 0 ? exact(-size) : size;
}

exact round_to_figures(const exact& number, int figures) {
    return number == 0 ? number : round_to_decimals(number, figures - 1 - leading_power(number));
}

accepted_number::accepted_number(const domain::numeric_key& key) : type_(key.type), range_(range_of(key)) {
    if (type_ != tolerance_type::sigfig && type_ != tolerance_type::decimals) return;
    digits_ = static_cast<int>(numerator(domain::parse_exact(key.tolerance).value()));
    range_ = between(rounded(range_.low), rounded(range_.low));
}

bool accepted_number::accepts(const exact& number) const {
    const bool rounds = type_ == tolerance_type::sigfig || type_ == tolerance_type::decimals;
    return range_.contains(rounds ? rounded(number) : number);
}

exact accepted_number::rounded(const exact& number) const {
    return type_ == tolerance_type::sigfig ? round_to_figures(number, digits_) : round_to_decimals(number, digits_);
}

} // namespace gradesvc::scoring
