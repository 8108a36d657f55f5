// Proves from the log alone that nothing was lost or doubled: accepted = scored + dead + in flight, for every test and
// partition, and which submissions break it.
//
// Memory: 44 bytes for each record of the largest partition of test_submissions and 48 for each dead letter, whatever the
// number of results. Ids are compared within a partition, as the workers do: a user's submissions stay in one.
#pragma once

#include "gradesvc/app/topics.hpp"
#include "gradesvc/domain/submission_id.hpp"
#include "gradesvc/ports/log.hpp"

#include <optional>
#include <string_view>

namespace gradesvc::audit {

enum class finding_kind : std::uint8_t {
    missing,  ///< the group has passed it, and there is no outcome
    doubled,  ///< one more first outcome, or the same revision again
    repeated, ///< the same outcome of the same record again: what at-least-once allows, so no fault
    order,    ///< scored before an earlier submission of its user
    stray,    ///< an outcome whose source is not that submission
};
std::string_view to_string(finding_kind);

enum class outcome_kind : std::uint8_t { result, dead_letter };

/// A record of an outcome.
struct outcome_place {
    outcome_kind kind = outcome_kind::result;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
};

struct finding {
    finding_kind kind = finding_kind::missing;
    domain::submission_id id = {};
    std::string_view test_id = {};             ///< "" = not known
    std::int32_t partition = 0;                ///< of its submission
    std::int64_t offset = -1;                  ///< of its submission; -1 = not held
    std::optional<outcome_place> outcome = {}; ///< the record that is one too many; of `order` unset
    std::int64_t revision = 0;                 ///< of a result
};

/// Submissions by id, but for those that say otherwise. accepted = scored + dead + in_flight + missing + expired.
struct counts {
    std::int64_t accepted = 0;
    std::int64_t scored = 0;
    std::int64_t dead = 0;      ///< a dead letter and no result
    std::int64_t in_flight = 0; ///< no outcome yet; the group has not come to it
    std::int64_t missing = 0;
    std::int64_t expired = 0; ///< its outcome can have expired: nothing is proved

    std::int64_t duplicates = 0; ///< further records with an id that is there already
    std::int64_t replays = 0;    ///< records that replay a dead letter
    std::int64_t discarded = 0;  ///< of the dead ones: given up by an operator
    std::int64_t orphans = 0;    ///< outcomes whose submission has expired
    std::int64_t unreadable = 0; ///< records of the outcomes' topics that are none

    std::int64_t doubled = 0;
    std::int64_t repeated = 0;
    std::int64_t out_of_order = 0;
    std::int64_t stray = 0;
    std::optional<ports::time_ms> oldest_in_flight = {}; ///< when it was accepted, to the second

    counts& operator+=(const counts&);
    std::int64_t faults() const { return missing + doubled + out_of_order + stray; }
};

/// Is told while the audit goes on. Called on the thread of the audit.
class audience {
public:
    virtual ~audience() = default;
    virtual void found(const finding&) = 0;
    /// A partition is done: what it has of a test; "" stands for submissions that cannot be read, and for the tests
    /// beyond the first 65 535.
    virtual void counted(std::int32_t partition, std::string_view test_id, const counts&) = 0;
    virtual void progress(std::int64_t records, std::int64_t of_about) = 0;
};

struct audit_options {
    std::string group; ///< that scores, with its prefix
    ports::delivery_mode delivery = ports::delivery_mode::exactly_once;
    std::chrono::milliseconds keep;         ///< retention of outcomes
    std::chrono::milliseconds dedup_window; ///< how much later than its outcome a repeated id may come
    ports::time_ms now;
};

/// The sums over all. Throws ports::log_error when the log cannot be read to its end, log_unavailable when it stands still
/// for a minute. The service may go on meanwhile.
counts run_audit(ports::log& log, const app::topics& names, const audit_options& options, audience& to);

} // namespace gradesvc::audit
