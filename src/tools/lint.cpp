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

scoring::wildcard_pattern pattern_of(const domain::text_key& key) {
    auto form =
        scoring::comparable(key.value, key.case_sensitive ? scoring::letter_case::keep : scoring::letter_case::fold);
    return key.wildcard ? scoring::wildcard_pattern(form) : scoring::wildcard_pattern::literal(std::move(form));
}

// What a key accepts, and the texts that stand for it where an earlier one might accept the same. Made once a key, for
// there are many pairs of keys.
struct text_extent {
    explicit text_extent(const domain::text_key& key) : case_sensitive(key.case_sensitive), pattern(pattern_of(key)) {
        const auto text = with_blanks(key);
        folded = scoring::comparable(text, scoring::letter_case::fold);
        if (case_sensitive) kept = scoring::comparable(text, scoring::letter_case::keep);
    }

    bool case_sensitive;
    scoring::wildcard_pattern pattern;
    std::string folded, kept;
};

bool covers(const text_extent& earlier, const text_extent& later) {
    if (earlier.case_sensitive) return later.case_sensitive && earlier.pattern.matches(later.kept);
    return earlier.pattern.matches(later.folded);
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
            lint_misconceptions(item, pointer_, warnings_);
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

    void texts(const test_item& item) {
        const auto& keys = item.correct.texts;
        const std::vector<text_extent> extents(keys.begin(), keys.end());
        for (std::size_t later = 1; later < extents.size(); ++later)
            for (std::size_t i = 0; i < later; ++i)
                if (covers(extents[i], extents[later])) {
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
