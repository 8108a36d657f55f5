// What stands on test_submissions.dlq: dead letters, and the marks that say what became of them (docs/events.md). Any
// producer may have put anything there. Pure.
#pragma once

#include "gradesvc/app/topics.hpp"
#include "gradesvc/domain/submission_id.hpp"
#include "gradesvc/ports/record.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::app {

/// Where a dead letter stands; in headers and for people "PARTITION/OFFSET".
struct letter_position {
    std::int32_t partition = 0;
    std::int64_t offset = 0;

    static std::optional<letter_position> parse(std::string_view text);
    std::string text() const { return std::to_string(partition) + '/' + std::to_string(offset); }
    auto operator<=>(const letter_position&) const = default;
};

enum class letter_fate : std::uint8_t { open, replayed, discarded };

/// Says of a dead letter what became of it.
struct letter_mark {
    std::optional<letter_position> of; ///< nothing: it points nowhere
    letter_fate fate = letter_fate::open;
    std::string_view because = {}; ///< of a discarded one
};

/// Nothing: the record is no mark. Views into the record.
std::optional<letter_mark> read_mark(const ports::record& record);

/// A dead letter, as far as its headers say. Views into the record.
struct dead_letter {
    letter_position where;
    std::optional<domain::submission_id> id;
    std::string_view reason = {}; ///< "" = not written by gradesvc
    std::string_view detail = {};
    ports::time_ms failed_at{};
    ports::time_ms accepted_at{};
    std::optional<letter_position> replay; ///< it is what became of a replay of that one

    /// Whether the submission can be handed in again from it: it names the submission and has its bytes.
    bool replayable = false;
};

/// For a record that is no mark.
dead_letter read_dead_letter(const ports::record& record);

/// The submission of a dead letter once more: same id, key, bytes and versions, the time of its first acceptance, in the
/// partition where it stood before. `partitions`: of test_submissions. `record` must be replayable.
ports::outgoing replay_of(const ports::record& record, const topics& names, std::int32_t partitions);

/// Marks beside the dead letter `record`.
ports::outgoing replayed_mark(const ports::record& record, ports::time_ms now);
ports::outgoing discarded_mark(const ports::record& record, std::string_view because, ports::time_ms now);

} // namespace gradesvc::app
