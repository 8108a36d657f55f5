// gradesvc dlq: what happens to dead letters – looks at them, hands their submissions in again, or gives them up. The log is
// open already; failures of it are thrown as ports::log_error.
#pragma once

#include "gradesvc/app/topics.hpp"
#include "gradesvc/ports/clock.hpp"
#include "gradesvc/ports/log.hpp"
#include "gradesvc/tools/output.hpp"

#include <iosfwd>
#include <optional>
#include <string>

namespace gradesvc::tools {

struct dlq_parts {
    ports::log& log;
    const app::topics& names;
    ports::time_ms now; ///< ages are told against it, marks are written with it
};

/// Which dead letters. Members that are set must all agree; with none all are meant.
struct dlq_selection {
    std::optional<std::string> id = {}; ///< of a submission, or PARTITION/OFFSET of one dead letter
    std::optional<std::string> reason = {};
    std::optional<std::string> test = {};
};

struct dlq_list_options {
    dlq_selection which;
    output_format format = output_format::text;
};

struct dlq_show_options {
    std::string id;
    output_format format = output_format::text;
};

struct dlq_replay_options {
    dlq_selection which;
    double rate = 1000; ///< letters a second
    bool dry_run = false;
    bool terminal = false; ///< `err` is one: progress is a bar
    output_format format = output_format::text;
};

struct dlq_discard_options {
    dlq_selection which;
    std::string because; ///< why; stays with the dead letters
    bool dry_run = false;
    bool terminal = false;
    output_format format = output_format::text;
};

/// What there is, by cause. 0.
int run_dlq_list(const dlq_list_options&, const dlq_parts&, std::ostream& out);

/// Everything of the dead letters of one submission. 0, or 1 when there is none.
int run_dlq_show(const dlq_show_options&, const dlq_parts&, std::ostream& out, std::ostream& err);

/// Publishes the submissions of open dead letters again and marks these as replayed. What it is killed at is published
/// again the next time, and recognised by the worker. 0 = all that was selected, 1 = some cannot be replayed, or nothing
/// is selected by that id.
int run_dlq_replay(const dlq_replay_options&, const dlq_parts&, std::ostream& out, std::ostream& err);

/// Marks open dead letters as discarded. 0, or 1 when nothing is selected by that id.
int run_dlq_discard(const dlq_discard_options&, const dlq_parts&, std::ostream& out, std::ostream& err);

} // namespace gradesvc::tools
