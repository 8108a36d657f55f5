// The texts of one language, from web/locales/LANGUAGE.json: flat keys, each a text with {placeholders} or two of them,
// for a count of one and of any other number. Immutable, hence thread-safe.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::report {

/// What stands for {name}; never looked into for placeholders itself.
struct insertion {
    std::string_view name;
    std::string_view text;
};

struct phrase {
    std::string key;
    std::string one; ///< the same as `other` where a text has one form
    std::string other;
};

class phrasebook {
public:
    /// Throws std::invalid_argument when `json` is no catalogue.
    phrasebook(std::string_view language, std::string_view json);

    const std::string& language() const { return language_; }
    std::span<const phrase> phrases() const { return phrases_; } ///< by key

    /// Throw std::out_of_range for a key or a placeholder that is not there.
    const phrase& at(std::string_view key) const;
    std::string_view text(std::string_view key) const { return at(key).other; } ///< as it stands
    std::string say(std::string_view key, std::initializer_list<insertion>) const;
    /// Fills in {count} as well, and picks the form by it.
    std::string say(std::string_view key, double count, std::initializer_list<insertion>) const;

    /// Rounded half away from zero to at most `decimals` (0–3), without trailing zeros; − before negative numbers.
    std::string number(double value, int decimals = 2) const;
    std::string percent(double percent) const; ///< of 0–100, in whole numbers
    /// Of a probability: less than 1%, 1% to 99%, more than 99%.
    std::string probability(double share) const;
    std::string range(double low, double high, int decimals = 2) const;
    std::string duration(double seconds) const;
    std::string list(const std::vector<std::string>& members) const;

private:
    std::string language_;
    std::vector<phrase> phrases_;
};

/// Of a language in the box; throws std::out_of_range for others.
const phrasebook& phrasebook_of(std::string_view language);

/// At most 80 code points, so that a sentence stays one.
std::string shortened(std::string_view text);

} // namespace gradesvc::report
