// Use case: settle a record of test_submissions – score it, or say why it cannot be. One per scoring thread (reuses its
// buffers); pure but for the look into the catalog.
#pragma once

#include "gradesvc/app/catalog.hpp"
#include "gradesvc/app/origin.hpp"
#include "gradesvc/app/test_lookup.hpp"
#include "gradesvc/app/topics.hpp"
#include "gradesvc/ports/follower.hpp"
#include "gradesvc/ports/log.hpp"

#include <memory>
#include <string_view>

namespace gradesvc::app {

/// What a record came to: one record to append with the next commit.
struct settled {
    ports::outgoing output;
    bool scored = false;          ///< else a dead letter
    std::string_view reason = {}; ///< of a dead letter: failure.code of docs/api.md (static text)
    ports::time_ms accepted_at{};
    std::optional<domain::submission_id> id = {}; ///< app::outcome_id; unset where the record's position is the id
};

/// How much of a record goes into its dead letter.
enum class letter_form : std::uint8_t {
    whole,
    without_value, ///< for when even the original bytes are too large
    unread,        ///< whole, but what it says is not looked at: for when that is deadly
};

class settler {
public:
    /// `version` is that of the engine; `worker` stands in the dead letters, "" = nobody.
    settler(const catalog& tests, ports::follower& tests_follower, topics names, std::string_view version,
            scoring::profile profile = scoring::profile::standard, std::string_view worker = {});
    settler(std::unique_ptr<test_lookup> tests, topics names, std::string_view version, scoring::profile profile,
            std::string_view worker = {});
    ~settler();

    /// Blocks only to wait for a test that is not in the catalog yet. Throws log_unavailable when that could not be
    /// found out: try again later.
    settled operator()(const ports::record& record, ports::time_ms now);

    /// The dead letter of a record that the engine or the log failed on; `code` is one of docs/api.md, e.g. too_large or
    /// internal.
    settled dead_letter(const ports::record& record, std::string_view code, std::string_view detail, int attempts,
                        ports::time_ms now, letter_form form = letter_form::whole);

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace gradesvc::app
