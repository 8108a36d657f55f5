#include "audit/evidence.hpp"

#include "app/events.hpp"
#include "gradesvc/app/origin.hpp"

namespace gradesvc::audit {

namespace {

std::optional<domain::submission_id> subject_of(const ports::record& record) {
    const auto subject = record.header("ce_subject");
    return subject ? domain::submission_id::parse(*subject) : std::nullopt;
}

std::uint64_t user_of(const ports::record& record) {
    return record.key ? std::max<std::uint64_t>(std::hash<std::string_view>{}(*record.key), 1) : 0;
}

} // namespace

submission_record evidence::submission(const ports::record& record) {
    const auto decoded = decoder_.decode(record.value, codec::unknown_members::ignore);
    app::claims said;
    if (decoded)
        said = {(*decoded)->user_id, (*decoded)->test_id, (*decoded)->submission_key, (*decoded)->test_version};
    return {.id = app::identify(record, said).id,
            .offset = record.offset,
            .time = record.time,
            .user = user_of(record),
            .test = tests_.of(said.test_id),
            .replay = record.header(app::replay_header).has_value()};
}

std::optional<outcome_record> evidence::result(const ports::record& record) {
    outcome_record found{.at = {outcome_kind::result, record.partition, record.offset},
                         .of_replay = record.header(app::replay_header).has_value()};
    if (const auto origin = app::origin_of(record); origin && origin->revision > 0) {
        found.id = origin->id;
        found.revision = origin->revision;
        found.source = origin->offset;
        found.misplaced = origin->partition != record.partition;
        return found;
    }
    // Written by somebody else: what readers see is the document.
    if (!document_.parse(record.value).empty() || !document_.root().is(codec::json_kind::object)) return {};
    const auto stated = document_.root().find("submission_id");
    const auto id = stated && stated.is(codec::json_kind::string) ? domain::submission_id::parse(stated.text())
                                                                  : subject_of(record);
    if (!id) return {};
    found.id = *id;
    if (const auto revision = document_.root().find("revision")) found.revision = revision.as_int().value_or(1);
    found.source = app::header_integer(record, "gs_source_offset");
    found.misplaced = app::header_integer(record, "gs_source_partition").value_or(record.partition) != record.partition;
    return found;
}

std::optional<placed_outcome> evidence::dead_letter(const ports::record& record) {
    const auto id = subject_of(record);
    if (!id || !record.header("dlq_reason")) return {};
    placed_outcome found{.partition = record.partition,
                         .outcome = {.id = *id,
                                     .at = {outcome_kind::dead_letter, record.partition, record.offset},
                                     .of_replay = record.header(app::replay_header).has_value()}};
    if (const auto origin = app::origin_of(record)) {
        found.partition = origin->partition;
        found.outcome.source = origin->offset;
    }
    return found;
}

} // namespace gradesvc::audit
