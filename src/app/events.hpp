// CloudEvents 1.0 headers (binary mode) of the records that gradesvc writes, and what it reads from those of any producer.
#pragma once

#include "gradesvc/domain/submission_id.hpp"
#include "gradesvc/ports/record.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::app {

inline constexpr std::string_view submission_accepted = "org.gradesvc.submission.accepted.v1";
inline constexpr std::string_view submission_scored = "org.gradesvc.submission.scored.v1";
inline constexpr std::string_view submission_failed = "org.gradesvc.submission.failed.v1";
inline constexpr std::string_view submission_replayed = "org.gradesvc.submission.replayed.v1";
inline constexpr std::string_view submission_discarded = "org.gradesvc.submission.discarded.v1";
inline constexpr std::string_view test_published = "org.gradesvc.test.published.v1";

struct event {
    std::string id;
    std::string_view type;
    std::string subject;
    ports::time_ms time;
    std::string_view traceparent = {}; ///< "" = none
};
std::vector<ports::header> event_headers(event);

/// Where a record of test_submissions came from and which submission it is.
struct identity {
    domain::submission_id id;
    ports::time_ms accepted_at;
    std::optional<std::int64_t> test_version; ///< stamped at acceptance, or asked for by the submission
    bool by_position = false;                 ///< nothing names an id, so the place in the log is the id
};

/// What the submission itself says, as far as it could be read: views.
struct claims {
    std::string_view user_id = {}, test_id = {};
    std::optional<std::string_view> submission_key = {};
    std::optional<std::int64_t> test_version = {};
};

/// Records that gradesvc accepted itself carry id, time and version in their headers; for others see docs/events.md.
identity identify(const ports::record& record, const claims& said);

std::optional<std::int64_t> header_integer(const ports::record& record, std::string_view name);

} // namespace gradesvc::app
