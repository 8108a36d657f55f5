// Wall time and the kernel's randomness. Thread-safe.
#pragma once

#include "gradesvc/ports/clock.hpp"

namespace gradesvc::roles {

class system_clock : public ports::clock {
public:
    ports::time_ms now() const override;
    std::array<std::uint64_t, 2> random() override;
};

} // namespace gradesvc::roles
