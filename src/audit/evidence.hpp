// What records of the log say to an audit: from headers alone where gradesvc wrote them, else from their documents.
// One per thread (reuses its buffers).
#pragma once

#include "audit/ledger.hpp"
#include "codec/submission_decoder.hpp"

namespace gradesvc::audit {

/// An outcome and where its submission is.
struct placed_outcome {
    std::int32_t partition = 0; ///< of its submission
    outcome_record outcome;
};

class evidence {
public:
    explicit evidence(test_names& tests) : tests_(tests) {}

    submission_record submission(const ports::record& record);

    /// A record of test_results_ready; nullopt when it is no result.
    std::optional<outcome_record> result(const ports::record& record);

    /// A record of test_submissions.dlq; nullopt when it names no submission.
    static std::optional<placed_outcome> dead_letter(const ports::record& record);

private:
    test_names& tests_;
    codec::submission_decoder decoder_;
    codec::json_document document_;
};

} // namespace gradesvc::audit
