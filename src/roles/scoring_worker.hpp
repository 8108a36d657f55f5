// A worker of the scoring group on its own threads: joins worker::worker, the use case and the log.
#pragma once

#include "gradesvc/app/catalog.hpp"
#include "gradesvc/worker/worker.hpp"
#include "roles/options.hpp"
#include "roles/signals.hpp"

#include <future>
#include <mutex>
#include <thread>

namespace gradesvc::roles {

/// What it is made of; all outlive it.
struct scoring_parts {
    ports::log& log;
    const app::catalog& tests;
    ports::follower& tests_follower;
    const app::topics& names;
    ports::clock& clock;
    telemetry::metrics& metrics;
    end_of_service& end;
};

class scoring_worker {
public:
    /// Starts at once under that instance name.
    scoring_worker(const scoring_parts& parts, const service_options& options, const std::string& instance);

    bool ready() const { return worker_.ready(); }
    std::map<std::int32_t, worker::standing> standings() const { return worker_.standings(); }

    /// Finishes what is being scored within the drain time. False: `limit` ended first. Not thread-safe, blocks.
    bool drain(std::chrono::milliseconds limit);

    /// Threads that are still inside a job: the process must end without destroying anything.
    int stuck_threads() const { return worker_.stuck_threads(); }

    void request_stop() { thread_.request_stop(); }

private:
    static worker::collaborators collaborators_of(const scoring_parts& parts, const service_options& options,
                                                  const std::string& instance);
    static worker::options options_of(const scoring_parts& parts, const service_options& options);

    worker::worker worker_;
    std::promise<void> ended_;
    std::jthread thread_;
};

} // namespace gradesvc::roles
