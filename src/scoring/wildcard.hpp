// A text pattern with wildcards: `*` stands for any text, `\*` for a star. Matches whole texts in linear time.
// Immutable, thread-safe.
#pragma once

#include "scoring/footprint.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::scoring {

class wildcard_pattern {
public:
    explicit wildcard_pattern(std::string_view pattern);
    /// Without wildcards: only that text.
    static wildcard_pattern literal(std::string text);

    bool matches(std::string_view text) const;

    std::size_t memory() const { return heap::of(pieces_); }

private:
    wildcard_pattern() = default;

    struct piece {
        std::string text;
        std::vector<std::uint32_t> borders = {}; // Knuth–Morris–Pratt: longest border of each prefix

        std::size_t memory() const { return heap::of_all(text, borders); }
    };
    static std::size_t find(const piece& part, std::string_view text);

    std::vector<piece> pieces_; // between the stars; the first is a prefix, the last a suffix
};

} // namespace gradesvc::scoring
