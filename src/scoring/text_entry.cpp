#include "scoring/text_entry.hpp"

#include "scoring/point_limits.hpp"
#include "scoring/text_form.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace gradesvc::scoring {

using domain::answer_value;
using domain::exact;

namespace {

constexpr domain::number_limits answer_limits{1000, 1000};

mark earned(const exact& share, const exact& max, point_units& units) {
    const auto outcome = share >= 1  ? item_outcome::correct
                         : share > 0 ? item_outcome::partial
                                     : item_outcome::incorrect;
    return {outcome, units(share * max)};
}

using decimal_buffer = std::array<char, 400>; // of the longest double without exponent

// A number of JSON means the shortest decimal of its double, written without exponent; an integer is exact as it stands.
std::string_view shortest_decimal(std::string_view number, decimal_buffer& buffer) {
    double nearest = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), nearest);
    if (number.find_first_of(".eE") == number.npos || parsed.ec != std::errc()) return number;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), nearest, std::chars_format::fixed).ptr;
    return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

answer_fault check_kind(const answer_value& answer) {
    const bool good = answer.what == answer_value::kind::text || answer.what == answer_value::kind::number;
    return {good ? "" : "must be a string or a number"};
}

} // namespace

text_rule::text_rule(const domain::test_item& item, point_units& units) : full_(units(max_of(item))) {
    for (const auto& key : item.correct.texts) {
        auto form = comparable(key.value, key.case_sensitive ? letter_case::keep : letter_case::fold);
        auto pattern = key.wildcard ? wildcard_pattern(form) : wildcard_pattern::literal(std::move(form));
        entries_.push_back(
            {std::move(pattern), key.case_sensitive, earned(value_of(key.fraction), max_of(item), units)});
    }
}

mark text_rule::score(const answer_value& answer) const {
    decimal_buffer buffer; // NOLINT: what is read is written
    const bool number = answer.what == answer_value::kind::number;
    const auto text = number ? shortest_decimal(answer.text, buffer) : answer.text;
    std::optional<std::string> as_given, folded;
    for (const auto& key : entries_) {
        auto& form = key.case_sensitive ? as_given : folded;
        if (!form) form = comparable(text, key.case_sensitive ? letter_case::keep : letter_case::fold);
        if (key.pattern.matches(*form)) return key.earned;
    }
    return {};
}

answer_fault text_rule::check(const answer_value& answer) const { return check_kind(answer); }

numeric_rule::numeric_rule(const domain::test_item& item, point_units& units)
    : unit_required_(item.units.required), decimal_comma_(item.decimal_comma), full_(units(max_of(item))) {
    for (const auto& [unit, factor] : item.units.factors)
        units_.emplace_back(comparable(unit, letter_case::keep), value_of(factor));
    const exact penalty = value_of(item.units.penalty);
    for (const auto& key : item.correct.numbers) {
        const exact share = value_of(key.fraction);
        const exact lost = item.units.penalty_of == domain::penalty_base::mark ? exact(share * penalty) : penalty;
        const exact rest = std::max<exact>(0, share - lost);
        entries_.push_back(
            {accepted_number(key), earned(share, max_of(item), units), earned(rest, max_of(item), units)});
    }
}

mark numeric_rule::score(const answer_value& answer) const {
    decimal_buffer buffer; // NOLINT: what is read is written
    if (answer.what == answer_value::kind::number) {
        const auto found = domain::parse_decimal(shortest_decimal(answer.text, buffer), answer_limits);
        return found.value ? match(*found.value, {}) : mark();
    }
    const auto text = comparable(answer.text, letter_case::keep);
    const auto found = domain::parse_decimal(text, answer_limits, decimal_comma_);
    if (!found.value) return {};
    auto unit = std::string_view(text).substr(found.length);
    if (unit.starts_with(' ')) unit.remove_prefix(1);
    return match(*found.value, unit);
}

answer_fault numeric_rule::check(const answer_value& answer) const { return check_kind(answer); }

mark numeric_rule::match(const exact& number, std::string_view unit) const {
    if (!unit.empty() && units_.empty()) return {}; // no number at all
    const auto known = std::find_if(units_.begin(), units_.end(), [&](const auto& u) { return u.first == unit; });
    const bool penalised = known == units_.end() && (unit_required_ || !unit.empty());
    const exact value = known == units_.end() ? number : exact(number * known->second);
    for (const auto& key : entries_)
        if (key.accepted.accepts(value)) return penalised ? key.without_unit : key.earned;
    return {};
}

} // namespace gradesvc::scoring
