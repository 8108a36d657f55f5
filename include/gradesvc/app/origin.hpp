// What a result or a dead letter says of the submission whose outcome it is: read from its headers alone.
#pragma once

#include "gradesvc/domain/submission_id.hpp"
#include "gradesvc/ports/record.hpp"

#include <optional>
#include <string_view>

namespace gradesvc::app {

/// On a record of test_submissions: it is a dead letter once more, the one at PARTITION/OFFSET. Outcomes pass it on.
inline constexpr std::string_view replay_header = "dlq_replay";

struct origin {
    domain::submission_id id;
    std::int32_t partition = -1;  ///< of test_submissions
    std::int64_t offset = -1;     ///< there
    std::int64_t revision = 0;    ///< of a result, from 1 on; 0 = a dead letter
    std::string_view replay = {}; ///< what replay_header held: a view into the record; "" = no replay

    /// Whether it came of reading that record, rather than of an earlier result.
    bool first_outcome() const { return revision <= 1 || !replay.empty(); }
};

/// Nothing when the headers do not tell: written by somebody else.
std::optional<origin> origin_of(const ports::record& record);

/// There is one first outcome for each of these: the id of the submission, or of this replay of it.
domain::submission_id outcome_id(const domain::submission_id& submission, std::string_view replay);

} // namespace gradesvc::app
