// Reads outcomes of submissions back from the log: results, which stand in the partition number of their submission, and
// dead letters, which stand anywhere. Confined to one thread. Throws log_unavailable, log_error.
#pragma once

#include "gradesvc/app/origin.hpp"
#include "gradesvc/app/topics.hpp"
#include "gradesvc/ports/log.hpp"

#include <functional>
#include <set>
#include <span>

namespace gradesvc::worker {

/// An outcome that the log holds.
struct past_outcome {
    std::int32_t partition = 0; ///< of its submission
    std::int64_t offset = 0;    ///< there
    domain::submission_id id;   ///< app::outcome_id
    ports::time_ms time{};
    bool first = false; ///< app::origin::first_outcome
};

class outcome_log {
public:
    using found_function = std::function<void(std::span<const past_outcome>)>;

    /// Reads give up when `stopped` says so.
    outcome_log(ports::log& log, const app::topics& names, std::function<bool()> stopped)
        : log_(log), names_(names), topics_{names.results, names.dead_letters}, stopped_(std::move(stopped)) {}

    ports::positions begin() { return log_.begin(topics_, answer_time); }
    ports::positions written_end() { return log_.written_end(topics_, answer_time); }
    ports::positions end() { return log_.end(topics_, answer_time); }
    ports::positions at(ports::time_ms time) { return log_.at(topics_, time, answer_time); }

    /// Those of `all` where outcomes of these partitions can stand.
    ports::positions where(const ports::positions& all, const std::set<std::int32_t>& partitions) const;
    bool is_result(const std::string& topic) const { return topic == names_.results; }

    /// Reads the outcomes of `partitions` that stand between two positions. False: stopped.
    bool read(const ports::positions& from, const ports::positions& to, const std::set<std::int32_t>& partitions,
              const found_function& found);

private:
    static constexpr std::chrono::milliseconds answer_time{500};

    ports::log& log_;
    const app::topics& names_;
    std::vector<std::string> topics_;
    std::function<bool()> stopped_;
};

} // namespace gradesvc::worker
