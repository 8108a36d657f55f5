// Computes stored results again, from the submission and the version of the test that they name, and compares bytes: the
// same engine gives the same ones. The two times are those of the stored result.
//
// Memory: 32 MiB of results at a time, some hundred submissions, and the compiled tests.
#pragma once

#include "gradesvc/app/topics.hpp"
#include "gradesvc/ports/log.hpp"

#include <map>
#include <optional>
#include <string>

namespace gradesvc::audit {

/// A result that is not what the engine computes.
struct difference {
    std::string submission_id, test_id; ///< "" where the result does not say
    std::int32_t partition = 0;
    std::int64_t offset = 0;      ///< of the result
    std::int64_t source = -1;     ///< offset of its submission
    std::string pointer;          ///< the first member that differs, "" = the document
    std::string stored, computed; ///< values there, cut; "" = none
    std::string detail;           ///< why there is no such member to point at
};

struct verify_counts {
    std::int64_t equal = 0;
    std::int64_t different = 0;
    std::int64_t unmatched = 0;                              ///< their submission is not held (any more)
    std::int64_t other_reason = 0;                           ///< scored from outside, or after a change of the test
    std::map<std::string, std::int64_t> other_versions = {}; ///< of engines whose results cannot be computed here

    verify_counts& operator+=(const verify_counts&);
};

class verify_audience {
public:
    virtual ~verify_audience() = default;
    virtual void found(const difference&) = 0; ///< one at a time, on any thread
    virtual void progress(std::int64_t records, std::int64_t of_about) = 0;
};

struct verify_options {
    std::string engine_version = {};
    int threads = 0;       ///< 0 = cores
    std::string test = {}; ///< only results of this test; "" = all
    std::optional<std::int32_t> partition = {};
    std::int64_t sample = 1;                ///< one in so many, the same ones each time
    std::optional<std::int64_t> limit = {}; ///< stop after so many
};

/// Throws ports::log_error when the log cannot be read to its end, log_unavailable when it stands still for a minute. The
/// service may go on meanwhile.
verify_counts run_verify(ports::log& log, const app::topics& names, const verify_options& options, verify_audience& to);

} // namespace gradesvc::audit
