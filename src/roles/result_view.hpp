// Keeps the read model of an API instance up with the log, and wakes who waits for a result.
#pragma once

#include "gradesvc/app/project.hpp"
#include "gradesvc/app/watch.hpp"
#include "gradesvc/ports/clock.hpp"
#include "gradesvc/ports/read_model.hpp"
#include "roles/log_follower.hpp"

#include <filesystem>

namespace gradesvc::roles {

class result_view {
public:
    /// Opens the read model in `data`. Throws std::runtime_error when the file cannot be used.
    result_view(const std::filesystem::path& data, ports::log& log, const app::topics& names, ports::clock& clock,
                std::chrono::milliseconds keep, std::function<void(std::string)> failed);

    /// The topics exist: goes on where the read model stopped, or from the beginning when that is another log. False:
    /// the log did not answer, try again.
    bool start();

    const ports::read_model& rows() const { return *rows_; }
    app::watch& watch() { return watch_; }
    log_follower& follower() { return follower_; }
    double progress() const { return follower_.progress(); } ///< of the replay, 0–1

private:
    void apply(std::span<const ports::record> records, const ports::positions& next);

    ports::log& log_;
    std::vector<std::string> topics_;
    ports::clock& clock_;
    std::chrono::milliseconds keep_;
    std::unique_ptr<ports::read_model> rows_;
    app::watch watch_;
    app::projector projector_;
    std::chrono::steady_clock::time_point next_expiry_{};
    log_follower follower_;
};

} // namespace gradesvc::roles
