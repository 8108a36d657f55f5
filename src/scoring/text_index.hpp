// Texts of a definition (options, gaps, areas) and their positions. Immutable once built, thread-safe; refers to texts
// that must outlive it. Look-up does not allocate.
#pragma once

#include "scoring/footprint.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gradesvc::scoring {

class text_index {
public:
    static constexpr std::uint32_t none = 0xffffffff;

    text_index() = default;
    /// Of texts that stand there twice, the first.
    explicit text_index(const std::vector<std::string_view>& texts);

    /// The position among the distinct texts, or none.
    std::uint32_t find(std::string_view text) const {
        if (!sorted_.empty()) return search(text);
        for (std::uint32_t i = 0; i < texts_.size(); ++i)
            if (texts_[i] == text) return i;
        return none;
    }
    std::size_t size() const { return texts_.size(); }
    std::size_t memory() const { return heap::of_all(texts_, sorted_); }

private:
    std::uint32_t search(std::string_view text) const;

    std::vector<std::string_view> texts_; // in the order of the definition
    std::vector<std::uint32_t> sorted_;   // by text; empty when there are so few that a scan is faster
};

} // namespace gradesvc::scoring
