#include "gradesvc/app/dead_letters.hpp"

#include "app/events.hpp"
#include "codec/text.hpp"
#include "gradesvc/app/origin.hpp"

#include <charconv>

namespace gradesvc::app {

namespace {

constexpr std::string_view replayed_header = "dlq_replayed";
constexpr std::string_view discarded_header = "dlq_discarded";
constexpr std::string_view because_header = "dlq_because";

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    return ec == std::errc() && end == text.data() + text.size() && number >= 0;
}

std::string_view header_of(const ports::record& record, std::string_view name) {
    return record.header(name).value_or("");
}

ports::time_ms time_in(const ports::record& record, std::string_view name, ports::time_ms otherwise) {
    return codec::parse_time(header_of(record, name)).value_or(otherwise);
}

// Where the submission stood, or where its key leads; without a key always the same partition for the same dead letter.
std::int32_t partition_for(const ports::record& record, const topics& names, std::int32_t partitions) {
    const auto origin = header_integer(record, "dlq_partition");
    if (header_of(record, "dlq_topic") == names.submissions && origin && *origin >= 0 && *origin < partitions)
        return static_cast<std::int32_t>(*origin);
    return record.key ? ports::outgoing::by_key : record.partition % partitions;
}

ports::outgoing mark(const ports::record& record, const char* what, std::string_view type, std::string_view header,
                     ports::time_ms now) {
    const auto letter = read_dead_letter(record);
    const std::string where = letter.where.text();
    const std::string subject = letter.id ? letter.id->to_string() : where;
    ports::outgoing output{.topic = std::string(record.topic),
                           .partition = record.partition,
                           .key = std::nullopt,
                           .value = "{}",
                           .headers = event_headers({subject + '/' + what + '/' + where, type, subject, now})};
    output.headers.push_back({std::string(header), where});
    return output;
}

} // namespace

std::optional<letter_position> letter_position::parse(std::string_view text) {
    const auto slash = text.find('/');
    letter_position found;
    if (slash == std::string_view::npos || !read_number(text.substr(0, slash), found.partition) ||
        !read_number(text.substr(slash + 1), found.offset))
        return std::nullopt;
    return found;
}

std::optional<letter_mark> read_mark(const ports::record& record) {
    const auto type = header_of(record, "ce_type");
    if (type == submission_replayed)
        return letter_mark{letter_position::parse(header_of(record, replayed_header)), letter_fate::replayed};
    if (type == submission_discarded)
        return letter_mark{letter_position::parse(header_of(record, discarded_header)), letter_fate::discarded,
                           header_of(record, because_header)};
    return std::nullopt;
}

dead_letter read_dead_letter(const ports::record& record) {
    dead_letter letter{.where = {record.partition, record.offset},
                       .id = domain::submission_id::parse(header_of(record, "ce_subject")),
                       .reason = header_of(record, "dlq_reason"),
                       .detail = header_of(record, "dlq_detail"),
                       .failed_at = time_in(record, "dlq_failed_at", record.time),
                       .accepted_at = {},
                       .replay = letter_position::parse(header_of(record, replay_header))};
    letter.accepted_at = time_in(record, "gs_accepted_at", letter.failed_at);
    letter.replayable = letter.id && !letter.reason.empty() && !record.value.empty();
    return letter;
}

ports::outgoing replay_of(const ports::record& record, const topics& names, std::int32_t partitions) {
    const auto letter = read_dead_letter(record);
    const std::string id = letter.id.value().to_string();
    const std::string where = letter.where.text();
    ports::outgoing output{.topic = names.submissions,
                           .partition = partition_for(record, names, partitions),
                           .key = record.key ? std::optional<std::string>(*record.key) : std::nullopt,
                           .value = std::string(record.value),
                           .headers = event_headers({id + "/replay/" + where, submission_accepted, id,
                                                     letter.accepted_at, header_of(record, "traceparent")})};
    for (const auto* name : {"gs_test_version", "gs_definition_sha256"})
        if (const auto value = record.header(name)) output.headers.push_back({name, std::string(*value)});
    output.headers.push_back({std::string(replay_header), where});
    return output;
}

ports::outgoing replayed_mark(const ports::record& record, ports::time_ms now) {
    return mark(record, "replayed", submission_replayed, replayed_header, now);
}

ports::outgoing discarded_mark(const ports::record& record, std::string_view because, ports::time_ms now) {
    auto output = mark(record, "discarded", submission_discarded, discarded_header, now);
    output.headers.push_back({std::string(because_header), std::string(because)});
    return output;
}

} // namespace gradesvc::app
