// The loop of a scoring worker: reads test_submissions as a member of a group, scores on several threads and commits
// outcomes and positions together. Submissions of one user (record key) are settled in the order of the log, different
// users in parallel; a slow or failing user holds up nobody else.
//
// run() polls on the calling thread and starts the others; all collaborators outlive it. A scoring thread that is still
// inside a job when that is over its time limit, or when the drain time is over, cannot be stopped from within:
// stuck_threads() counts those, they go on using the collaborators, and the process should end without destroying them
// (std::_Exit).
#pragma once

#include "gradesvc/app/settle.hpp"
#include "gradesvc/ports/clock.hpp"
#include "gradesvc/ports/log.hpp"
#include "gradesvc/telemetry/metrics.hpp"
#include "gradesvc/worker/suspects.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace gradesvc::worker {

/// Settles one record; used by one thread. Throws log_unavailable to be asked again later, without limit; any other
/// std::exception counts as a failed attempt.
using settle_function = std::function<app::settled(const ports::record&)>;

/// What the loop needs of the use case.
struct collaborators {
    std::function<settle_function()> make_settle; ///< called once per scoring thread; thread-safe

    /// The dead letter of a record whose output the log refuses as too large; `with_value` false leaves out the
    /// original bytes. Called by the commit thread.
    std::function<app::settled(const ports::record&, bool with_value)> too_large;

    /// The dead letter of a record whose attempts are used up. Called by scoring threads: thread-safe.
    std::function<app::settled(const ports::record&, std::string_view code, std::string_view detail, int attempts)>
        failed;

    /// The same without a look into the value, which may be deadly.
    std::function<app::settled(const ports::record&, std::string_view code, std::string_view detail, int attempts)>
        unread;

    ports::clock& clock;
    telemetry::metrics& metrics;

    /// Called once per scoring thread; thread-safe. Empty: suspects are scored like all others.
    std::function<std::unique_ptr<suspect_scorer>()> make_suspect_scorer = {};

    /// Where earlier outcomes are read, in these topics; null: submissions that come again and lost positions are not
    /// looked after.
    ports::log* log = nullptr;
    app::topics names{};
};

struct options {
    std::string topic = "test_submissions"; ///< what is consumed, for the log
    int threads = 1;
    std::size_t max_records_in_flight = 20'000;           ///< read and not yet committed
    std::size_t max_bytes_in_flight = 64U * 1024U * 1024; ///< of those and their outputs
    std::chrono::milliseconds linger{5};        ///< how long a result waits for more while more is being scored
    std::chrono::milliseconds max_linger{1000}; ///< the same for submissions that have waited long
    std::chrono::milliseconds drain_timeout{25'000};
    std::chrono::milliseconds revoke_grace{500}; ///< for what is about to finish when partitions are taken away
    std::chrono::milliseconds dedup_window{0};   ///< how long the id of a submission is recognised; 0 = not at all
    int attempts = 5;
    int deaths = 3;                                  ///< scorers in a row that a suspect may end
    std::chrono::milliseconds score_timeout{60'000}; ///< of a job that is no suspect; suspect_scorer has its own
    std::chrono::milliseconds relief_after{500};     ///< another thread stands in for one that waits for a suspect
    std::chrono::milliseconds suspects_rest{10'000}; ///< without suspects, then suspect_scorer::rest()
    std::chrono::milliseconds retry_delay{200};      ///< doubles with each attempt
    std::chrono::milliseconds max_retry_delay{30'000};
    std::chrono::milliseconds commit_retry_delay{50};
    std::chrono::milliseconds max_commit_retry_delay{2'000};
    std::chrono::milliseconds join_patience{10'000}; ///< a member without partitions counts as ready after this
};

struct standing {
    std::int64_t committed = 0;           ///< position, as of the last commit
    std::optional<ports::time_ms> oldest; ///< time of the oldest record that is read and not finished
};

struct core;

class worker {
public:
    worker(std::unique_ptr<ports::consumer> consumer, collaborators with, options how);
    ~worker();

    /// Works until `stop` is requested, then finishes what is being scored within the drain time, commits it and
    /// leaves the group. Once only. Throws log_error when the log cannot be used any more.
    void run(const std::stop_token& stop);

    /// Has got partitions (or has waited long enough for them) and is polling. Thread-safe.
    bool ready() const;

    /// Where the group stands in the partitions held now: what the lag is counted from. Thread-safe.
    std::map<std::int32_t, standing> standings() const;

    /// Scoring threads left behind inside a job.
    int stuck_threads() const;

private:
    std::shared_ptr<core> core_; // shared with the threads, for those that are left behind
};

/// While one lives on a scoring thread, the time limit of its job stands still: for waits that no record is to blame for.
class untimed {
public:
    untimed();
    ~untimed();
    untimed(const untimed&) = delete;
    untimed& operator=(const untimed&) = delete;
};

} // namespace gradesvc::worker
