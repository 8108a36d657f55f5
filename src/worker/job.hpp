// What travels through the worker: a record to settle, and what it came to.
#pragma once

#include "gradesvc/app/settle.hpp"
#include "gradesvc/ports/record.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace gradesvc::worker {

using steady = std::chrono::steady_clock;

struct chain;

/// `home` belongs to the scheduler; the rest to whoever holds the job.
struct job {
    ports::record record;
    std::size_t bytes = 0; ///< of the record, later of its output too
    int attempts = 0;      ///< failed ones
    int waits = 0;         ///< times that the log was away
    int deaths = 0;        ///< scorers in a row that ended while they held it
    bool suspect = false;  ///< to be scored apart
    chain* home = nullptr; ///< null while out: its partition was taken away
};

using job_ptr = std::unique_ptr<job>;

/// The record with bytes of its own.
inline ports::record copy_of(const ports::record& r) {
    struct bytes {
        std::string key;
        std::string value;
        std::deque<std::string> headers; // stay in place
    };
    auto* own = new bytes{std::string(r.key.value_or("")), std::string(r.value), {}};
    ports::record made;
    made.memory = {own, [](void* p) { delete static_cast<bytes*>(p); }};
    made.topic = r.topic;
    made.partition = r.partition;
    made.offset = r.offset;
    made.time = r.time;
    if (r.key) made.key = own->key;
    made.value = own->value;
    for (const auto& h : r.headers) {
        const std::string& name = own->headers.emplace_back(h.name);
        made.headers.push_back({name, own->headers.emplace_back(h.value)});
    }
    return made;
}

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
    bool failed = false;    ///< a failed attempt led to this
    bool duplicate = false; ///< finished without output: the submission has its outcome already
};

} // namespace gradesvc::worker
