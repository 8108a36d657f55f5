#include "tools/lint.hpp"

#include "domain/number_range.hpp"
#include "scoring/text_form.hpp"
#include "scoring/wildcard.hpp"

#include <algorithm>
#include <optional>

namespace gradesvc::tools {

using domain::field_error;
using domain::test_item;
using domain::tolerance_type;

namespace {

// The text with U+E000 in place of each wildcard, which only a wildcard can match.
std::string with_blanks(const domain::text_key& key) {
    if (!key.wildcard) return key.value;
    std::string text;
    for (std::size_t i = 0; i < key.value.size(); ++i) {
        const bool escaped = std::string_view(key.value).substr(i).starts_with("\\*");
        if (escaped) ++i;
        if (!escaped && key.value[i] == '*')
            text += "\xEE\x80\x80";
        else
            text += key.value[i];
    }
    return text;
}

bool covers(const domain::text_key& earlier, const domain::text_key& later) {
    if (earlier.case_sensitive && !later.case_sensitive) return false;
    const auto letters = earlier.case_sensitive ? scoring::letter_case::keep : scoring::letter_case::fold;
    auto form = scoring::comparable(earlier.value, letters);
    const auto pattern =
        earlier.wildcard ? scoring::wildcard_pattern(form) : scoring::wildcard_pattern::literal(std::move(form));
    return pattern.matches(scoring::comparable(with_blanks(later), letters));
}

// What a key accepts, where it is well formed and no rounding.
std::optional<domain::number_range> extent_of(const domain::numeric_key& key) {
    if (key.type == tolerance_type::range) return domain::parse_range(key.value);
    const auto value = domain::parse_exact(key.value), tolerance = domain::parse_exact(key.tolerance);
    if (!value || !tolerance || *tolerance < 0) return std::nullopt;
    if (key.type == tolerance_type::absolute) return domain::number_range{*value - *tolerance, *value + *tolerance};
    if (key.type != tolerance_type::relative) return std::nullopt;
    const domain::exact reach = abs(*value) * *tolerance;
    return domain::number_range{*value - reach, *value + reach};
}

bool covers(const domain::number_range& earlier, const domain::number_range& later) {
    const bool low = earlier.low < later.low || (earlier.low == later.low && (!earlier.low_open || later.low_open));
    const bool high =
        later.high < earlier.high || (earlier.high == later.high && (!earlier.high_open || later.high_open));
    return low && high;
}

class linter {
public:
    explicit linter(const domain::test_definition& definition) : definition_(definition) {}

    std::vector<field_error> run() {
        for (std::size_t i = 0; i < definition_.items.size(); ++i) {
            pointer_ = "/items/" + std::to_string(i);
            const auto& item = definition_.items[i];
            options(item);
            misconceptions(item);
            texts(item);
            numbers(item);
            parameters(item);
        }
        lint_models(definition_, warnings_);
        return std::move(warnings_);
    }

private:
    void warn(std::string pointer, std::string detail) { warnings_.push_back({std::move(pointer), std::move(detail)}); }

    void options(const test_item& item) {
        if (item.options.size() == 1) warn(pointer_ + "/options", "there is nothing to choose from");
    }

    void misconceptions(const test_item& item) {
        if (item.misconceptions.empty()) return;
        const auto& correct = item.correct.options;
        const auto has = [&](const std::string& option) {
            return std::any_of(item.misconceptions.begin(), item.misconceptions.end(),
                               [&](const auto& entry) { return entry.first == option; });
        };
        for (std::size_t i = 0; i < item.options.size(); ++i) {
            const auto& option = item.options[i];
            const bool right = std::find(correct.begin(), correct.end(), option) != correct.end();
            const auto at = pointer_ + "/options/" + std::to_string(i);
            if (right && has(option))
                warn(at, "is correct, so its misconception is never told");
            else if (!right && !has(option))
                warn(at, "is a distractor without a misconception, while others of this item have one");
        }
    }

    void texts(const test_item& item) {
        const auto& keys = item.correct.texts;
        for (std::size_t later = 1; later < keys.size(); ++later)
            for (std::size_t i = 0; i < later; ++i)
                if (covers(keys[i], keys[later])) {
                    warn_shadowed(later, i);
                    break;
                }
    }

    void numbers(const test_item& item) {
        const auto& keys = item.correct.numbers;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto type = keys[i].type;
            const bool proportional = type == tolerance_type::relative || type == tolerance_type::percent ||
                                      type == tolerance_type::geometric;
            if (proportional && domain::parse_exact(keys[i].value) == domain::exact(0))
                warn(pointer_ + "/correct/" + std::to_string(i) + "/tol",
                     "is a share of zero: only zero itself is accepted");
        }
        std::vector<std::optional<domain::number_range>> extents;
        for (const auto& key : keys) extents.push_back(extent_of(key));
        for (std::size_t later = 1; later < keys.size(); ++later)
            for (std::size_t i = 0; i < later; ++i)
                if (extents[i] && extents[later] && covers(*extents[i], *extents[later])) {
                    warn_shadowed(later, i);
                    break;
                }
    }

    void parameters(const test_item& item) {
        if (item.irt && item.irt->a <= 0)
            warn(pointer_ + "/irt/a", "is not positive: better candidates would do worse on this item");
    }

    void warn_shadowed(std::size_t later, std::size_t earlier) {
        warn(pointer_ + "/correct/" + std::to_string(later),
             "never counts: entry " + std::to_string(earlier) + " matches all that it does");
    }

    const domain::test_definition& definition_;
    std::string pointer_;
    std::vector<field_error> warnings_;
};

} // namespace

std::vector<field_error> lint(const domain::test_definition& definition) { return linter(definition).run(); }

} // namespace gradesvc::tools
