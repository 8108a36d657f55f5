// What is wrong with an answer, and where in it: the answer itself, a member of its list, or an end of that member.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace gradesvc::scoring {

struct answer_fault {
    std::string_view why = {}; ///< "" = nothing
    std::optional<std::size_t> member = {};
    std::optional<std::size_t> end = {}; ///< of a member that is a pair

    explicit operator bool() const { return !why.empty(); }
};

inline constexpr std::string_view too_many_members = "has too many members";
inline constexpr std::string_view not_an_option = "is not an option of this item";

} // namespace gradesvc::scoring
