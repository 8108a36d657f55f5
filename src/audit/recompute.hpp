// Computes a stored result again and compares. One per thread (reuses its buffers).
#pragma once

#include "codec/submission_decoder.hpp"
#include "gradesvc/app/catalog.hpp"
#include "gradesvc/audit/verify.hpp"

#include <string>

namespace gradesvc::audit {

class recompute {
public:
    /// `tests` holds every version that was published.
    recompute(const app::catalog& tests, std::string_view engine_version)
        : tests_(tests), engine_version_(engine_version) {}

    /// Compares `stored`, a record of test_results_ready, with what its submission gives; counts it in `counts` and
    /// returns how it differs, if it does.
    std::optional<difference> operator()(const ports::record& submission, const ports::record& stored,
                                         verify_counts& counts);

    /// The test that a result is of, "" where it does not say.
    std::string_view test_of(const ports::record& stored);

private:
    std::optional<difference> compare(const ports::record& submission, const ports::record& stored,
                                      verify_counts& counts);
    void read(const ports::record& stored);
    std::string compute(const ports::record& submission);
    difference describe(const ports::record& submission, const ports::record& stored) const;

    const app::catalog& tests_;
    std::string engine_version_;
    codec::submission_decoder decoder_;
    codec::json_document stored_, computed_;
    bool readable_ = false; // stored_ is an object
    scoring::score_sheet sheet_;
    std::string document_;
    std::vector<domain::field_error> errors_;
};

} // namespace gradesvc::audit
