// Places where tests interfere. In gradesvc itself these do nothing; the executable of the crash tests (tests/faults/) is
// linked with other bodies, which end the process at a named point or misbehave on a marked submission. Thread-safe.
#pragma once

#include <string_view>

namespace gradesvc::faults {

/// Stands between two steps of which either may be the last one of a process. Names are ROOM.STEP, unique, literals.
void point(std::string_view name) noexcept;

/// Stands before the scoring of a submission, with its bytes.
void scoring(std::string_view submission);

} // namespace gradesvc::faults
