#include "gradesvc/app/origin.hpp"

#include "app/events.hpp"

#include <charconv>

namespace gradesvc::app {
namespace {

/// Of a ce_id "SUBMISSION/REVISION".
std::optional<std::int64_t> revision_of(std::string_view event_id) {
    const auto slash = event_id.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const char* const end = event_id.data() + event_id.size();
    std::int64_t number = 0;
    const auto [at, ec] = std::from_chars(event_id.data() + slash + 1, end, number);
    if (ec != std::errc() || at != end || number < 1) return std::nullopt;
    return number;
}

} // namespace

std::optional<origin> origin_of(const ports::record& record) {
    const auto id = domain::submission_id::parse(record.header("ce_subject").value_or(""));
    const bool dead = record.header("dlq_reason").has_value();
    const auto partition = header_integer(record, dead ? "dlq_partition" : "gs_source_partition");
    const auto offset = header_integer(record, dead ? "dlq_offset" : "gs_source_offset");
    const auto revision = dead ? std::optional<std::int64_t>(0) : revision_of(record.header("ce_id").value_or(""));
    if (!id || !revision || !partition || *partition < 0 || *partition > INT32_MAX || !offset || *offset < 0)
        return std::nullopt;
    return origin{.id = *id,
                  .partition = static_cast<std::int32_t>(*partition),
                  .offset = *offset,
                  .revision = *revision,
                  .replay = record.header(replay_header).value_or("")};
}

domain::submission_id outcome_id(const domain::submission_id& submission, std::string_view replay) {
    if (replay.empty()) return submission;
    return domain::submission_id::v5(submission.to_string() + '/' + std::string(replay));
}

} // namespace gradesvc::app
