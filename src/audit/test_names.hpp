// Names of tests as small numbers. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>

namespace gradesvc::audit {

class test_names {
public:
    using number = std::uint16_t;
    static constexpr number none = 0; ///< "", and every name once there are too many

    number of(std::string_view name) {
        if (name.empty()) return none;
        if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
        if (names_.size() > std::numeric_limits<number>::max()) return none;
        names_.emplace_back(name);
        return numbers_.emplace(names_.back(), static_cast<number>(names_.size() - 1)).first->second;
    }
    std::string_view name(number n) const { return names_[n]; }
    std::size_t size() const { return names_.size(); }

private:
    std::deque<std::string> names_{""}; // keeps its strings where they are
    std::unordered_map<std::string_view, number> numbers_;
};

} // namespace gradesvc::audit
