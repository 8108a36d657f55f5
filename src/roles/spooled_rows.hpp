// The read model as the accepting instance shows it while submissions are spooled: with them.
#pragma once

#include "gradesvc/app/topics.hpp"
#include "gradesvc/ports/follower.hpp"
#include "gradesvc/ports/read_model.hpp"
#include "gradesvc/spool/publisher.hpp"

namespace gradesvc::roles {

/// Thread-safe. Reads alone: the read model is fed by its own follower.
class spooled_rows final : public ports::read_model {
public:
    /// All outlive it. `log` follows the log into `rows`.
    spooled_rows(const ports::read_model& rows, const spool::publisher& spool, ports::follower& log, app::topics names)
        : rows_(rows), spool_(spool), log_(log), names_(std::move(names)) {}

    std::optional<ports::submission_view> find(const domain::submission_id&) const override;

    /// What has left the spool a moment ago is waited for, up to a second: it is in neither place until it is read.
    std::vector<ports::submission_view> list(const ports::page_request&) const override;

    ports::positions stored_positions() override { return {}; }
    void apply(const ports::projection&) override {}
    void clear() override {}
    void expire(ports::time_ms) override {}

private:
    std::optional<ports::submission_view> view_of(const spool::kept&) const;
    std::vector<ports::submission_view> kept_of(const ports::page_request&) const;
    void await_log() const;

    const ports::read_model& rows_;
    const spool::publisher& spool_;
    ports::follower& log_;
    app::topics names_;
};

} // namespace gradesvc::roles
