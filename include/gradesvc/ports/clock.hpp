// Wall time and randomness as use cases need them; tests put their own in place.
#pragma once

#include "gradesvc/ports/record.hpp"

#include <array>

namespace gradesvc::ports {

/// Thread-safe.
class clock {
public:
    virtual ~clock() = default;
    virtual time_ms now() const = 0;
    virtual std::array<std::uint64_t, 2> random() = 0; ///< unpredictable bits for ids
};

} // namespace gradesvc::ports
