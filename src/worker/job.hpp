// What travels through the worker: a record to settle, and what it came to.
#pragma once

#include "gradesvc/app/settle.hpp"
#include "gradesvc/ports/record.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace gradesvc::worker {

using steady = std::chrono::steady_clock;

struct chain;

/// `home` belongs to the scheduler; the rest to whoever holds the job.
struct job {
    ports::record record;
    std::size_t bytes = 0; ///< of the record, later of its output too
    int attempts = 0;      ///< failed ones
    int waits = 0;         ///< times that the log was away
    chain* home = nullptr; ///< null while out: its partition was taken away
};

using job_ptr = std::unique_ptr<job>;

enum class verdict : std::uint8_t {
    not_run,  ///< to be queued again at once
    retry,    ///< to be queued again after `delay`
    finished, ///< `result` is set
};

struct outcome {
    job_ptr source;
    verdict what = verdict::not_run;
    app::settled result = {};
    steady::duration delay{};
};

} // namespace gradesvc::worker
