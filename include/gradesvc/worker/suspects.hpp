// Suspects: records that may have ended a process. They are scored in a child process, this executable again, under
// limits, so that only the child dies of them.
#pragma once

#include "gradesvc/app/settle.hpp"
#include "gradesvc/ports/clock.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gradesvc::worker {

/// The scorer of a suspect ended while it held the record; what() says how.
struct scorer_death : std::runtime_error {
    scorer_death(const std::string& how, bool late) : std::runtime_error(how), timed_out(late) {}
    bool timed_out; ///< it was ended because of the time limit
};

/// Scores suspects where they harm nobody. Used by one thread.
class suspect_scorer {
public:
    virtual ~suspect_scorer() = default;

    /// Like settle_function; besides throws scorer_death, and log_unavailable when there can be no scorer at the moment.
    virtual app::settled settle(const ports::record& record) = 0;

    /// The dead letter of a suspect. Throws the same.
    virtual app::settled dead_letter(const ports::record& record, std::string_view code, std::string_view detail,
                                     int attempts) = 0;

    /// There have been no suspects for a while.
    virtual void rest() = 0;
};

struct child_options {
    std::string executable = "/proc/self/exe";
    std::string topic_prefix;
    std::string worker; ///< named in dead letters
    scoring::profile profile = scoring::profile::standard;
    std::chrono::milliseconds time_limit{60'000};
    std::chrono::milliseconds start_limit{30'000};
    std::uint64_t memory_limit = 1ULL << 30U; ///< address space in bytes
};

/// How the executable is told to be a child.
inline constexpr const char* child_command = "score-suspects";

/// Starts its child when there is something to score. Looks up for the child which test a submission belongs to.
std::unique_ptr<suspect_scorer> make_child_scorer(child_options how, std::unique_ptr<app::test_lookup> tests,
                                                  ports::clock& clock);

/// The child: answers its parent until that goes. Returns the exit status.
int run_child(std::string_view engine_version);

} // namespace gradesvc::worker
