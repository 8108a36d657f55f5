// The read model: what the API shows, fed from the log, positions in the same transaction. It can be deleted at any
// time and is rebuilt from the log.
#pragma once

#include "gradesvc/domain/submission_id.hpp"
#include "gradesvc/ports/record.hpp"

#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace gradesvc::ports {

enum class submission_status : std::uint8_t { accepted, scored, failed };

/// A submission was seen on the log.
struct accepted_row {
    domain::submission_id id = {};
    std::string user_id = {}, test_id = {};
    std::optional<std::int64_t> test_version = {}, attempt = {};
    std::optional<std::string> group_id = {};
    time_ms accepted_at = {};
    std::string topic = {};
    std::int32_t partition = -1; ///< -1 = not known
    std::int64_t offset = -1;
};

/// A result was seen: status scored. `accepted` repeats what the submission said, for when that has expired already.
struct scored_row {
    accepted_row accepted; ///< topic, partition and offset are those of the submission, where the result names them
    std::int64_t revision = 1;
    time_ms scored_at;
    std::string document; ///< docs/api.md, JSON
};

/// A dead letter was seen: status failed, unless a result stands there already.
struct failed_row {
    accepted_row accepted;
    time_ms failed_at;
    std::string code, detail;
    std::int64_t attempts = 1;
};

/// What is known of a submission.
struct submission_view {
    domain::submission_id id;
    std::string user_id, test_id;
    std::optional<std::int64_t> test_version, attempt;
    submission_status status = submission_status::accepted;
    time_ms accepted_at;
    std::optional<time_ms> scored_at;
    std::string result; ///< JSON of 3.4, "" when there is none
    std::optional<std::string> failure_code, failure_detail;
    std::int64_t failure_attempts = 0;
};

/// One step of the projection: applied whole or not at all.
struct projection {
    std::vector<accepted_row> accepted;
    std::vector<scored_row> scored;
    std::vector<failed_row> failed;
    positions next; ///< where the log is read on
};

/// Newest first: (accepted_at, id) descending; `before` is the last row of the page before.
struct page_request {
    std::string user_id;
    std::optional<std::string> test_id = {};
    int limit = 50;
    std::optional<std::pair<time_ms, domain::submission_id>> before = {};
};

/// Nothing was changed, but the same may succeed later: the disk is full, or does not work at the moment.
struct read_model_unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// apply() and stored_positions() belong to one thread at a time; find() and list() are thread-safe and may block for
/// a disk read. Order of topics does not matter to apply(): a result may come before its submission. Throws
/// read_model_unavailable, or std::runtime_error when the file is unusable.
class read_model {
public:
    virtual ~read_model() = default;
    virtual positions stored_positions() = 0;
    virtual void apply(const projection&) = 0;
    /// Forgets everything: the log was replaced by another one.
    virtual void clear() = 0;
    /// Drops submissions, results and failures accepted before `limit`.
    virtual void expire(time_ms limit) = 0;
    virtual std::optional<submission_view> find(const domain::submission_id&) const = 0;
    virtual std::vector<submission_view> list(const page_request&) const = 0; ///< without `result`
};

} // namespace gradesvc::ports
