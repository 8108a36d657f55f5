// Scores submissions of one test outside the service: a line in, a result document out. One per thread.
#pragma once

#include "gradesvc/scoring/scorer.hpp"
#include "tools/submissions.hpp"

#include <string>
#include <string_view>

namespace gradesvc::tools {

class offline_scorer {
public:
    /// Throws std::runtime_error when the definition cannot be read or used.
    offline_scorer(const std::string& test_file, scoring::profile how, std::string engine_version);

    /// Scores a line, or says why not.
    std::optional<domain::refusal> score(std::string_view line);

    // Of the last line scored.
    const domain::submission& submission() const { return *submission_; }
    const std::string& id() const { return reader_.id(); } ///< "" without one
    const scoring::score_sheet& sheet() const { return sheet_; }
    const domain::test_definition& definition() const { return reader_.scorer().definition(); }
    void append_document(std::string& out); ///< the result, without times

private:
    offline_scorer(const std::string& test_file, definition_file, scoring::profile, std::string engine_version);

    scoring::profile profile_;
    std::string engine_version_;
    std::string sha256_;
    submission_reader reader_;
    const domain::submission* submission_ = nullptr;
    scoring::score_sheet sheet_;
};

/// {"line":…,"failure":{…}}
void append_failure(std::string& out, std::int64_t line, const domain::refusal& why);

} // namespace gradesvc::tools
