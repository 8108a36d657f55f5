#include "gradesvc/app/project.hpp"

#include "app/events.hpp"
#include "codec/submission_decoder.hpp"
#include "codec/text.hpp"
#include "gradesvc/app/dead_letters.hpp"

namespace gradesvc::app {

using ports::record;

namespace {

std::optional<std::string> own(std::optional<std::string_view> text) {
    return text ? std::optional<std::string>(std::string(*text)) : std::nullopt;
}

std::string text_of(codec::json_document::value v) {
    return v && v.is(codec::json_kind::string) ? std::string(v.text()) : std::string();
}

std::optional<std::int64_t> integer_of(codec::json_document::value v) { return v ? v.as_int() : std::nullopt; }

// Of a header or key, which may be any bytes: "" unless it can be shown.
std::string shown(std::optional<std::string_view> bytes) {
    return bytes && codec::is_utf8(*bytes) ? std::string(*bytes) : std::string();
}

// The user that a record without a readable submission belongs to.
std::string user_of_key(const record& r) {
    auto user = shown(r.key);
    return codec::id_error(user, false).empty() ? user : std::string();
}

ports::time_ms header_time(const record& r, std::string_view name, ports::time_ms otherwise) {
    return codec::parse_time(r.header(name).value_or("")).value_or(otherwise);
}

} // namespace

struct projector::impl {
    topics names;
    codec::submission_decoder decoder{};
    codec::json_document document{};

    // What a submission says of itself; unset when it cannot be read as one.
    std::optional<ports::accepted_row> submission_row(const record& r) {
        const auto decoded = decoder.decode(r.value, codec::unknown_members::ignore);
        if (!decoded) return std::nullopt;
        const domain::submission& s = **decoded;
        const auto who = identify(r, {s.user_id, s.test_id, s.submission_key, s.test_version});
        return ports::accepted_row{.id = who.id,
                                   .user_id = std::string(s.user_id),
                                   .test_id = std::string(s.test_id),
                                   .test_version = who.test_version,
                                   .attempt = s.attempt,
                                   .group_id = own(s.group_id),
                                   .accepted_at = who.accepted_at,
                                   .topic = std::string(r.topic),
                                   .partition = r.partition,
                                   .offset = r.offset};
    }

    void accepted(const record& r, ports::projection& step) {
        if (auto row = submission_row(r)) step.accepted.push_back(*std::move(row));
    }

    void scored(const record& r, ports::projection& step) {
        if (!document.parse(r.value).empty() || !document.root().is(codec::json_kind::object)) return;
        const auto root = document.root();
        const auto member = [&](const char* name) { return root.find(name); };
        const auto id = domain::submission_id::parse(text_of(member("submission_id")));
        if (!id) return;
        const auto scored_at = codec::parse_time(text_of(member("scored_at"))).value_or(r.time);
        ports::scored_row row{
            .accepted = {.id = *id,
                         .user_id = text_of(member("user_id")),
                         .test_id = text_of(member("test_id")),
                         .test_version = integer_of(member("test_version")),
                         .attempt = integer_of(member("attempt")),
                         .group_id = {},
                         .accepted_at = codec::parse_time(text_of(member("accepted_at"))).value_or(scored_at),
                         .topic = names.submissions,
                         .partition = static_cast<std::int32_t>(header_integer(r, "gs_source_partition").value_or(-1)),
                         .offset = header_integer(r, "gs_source_offset").value_or(-1)},
            .revision = integer_of(member("revision")).value_or(1),
            .scored_at = scored_at,
            .document = std::string(r.value)};
        if (const auto group = text_of(member("group_id")); !group.empty()) row.accepted.group_id = group;
        step.scored.push_back(std::move(row));
    }

    void failed(const record& r, ports::projection& step) {
        if (read_mark(r)) return;
        const auto id = domain::submission_id::parse(r.header("ce_subject").value_or(""));
        const auto reason = r.header("dlq_reason");
        if (!id || !reason) return;
        const auto failed_at = header_time(r, "dlq_failed_at", r.time);
        auto origin = submission_row(r);
        if (!origin) origin = ports::accepted_row{.id = *id, .user_id = user_of_key(r)};
        origin->id = *id;
        if (const auto version = header_integer(r, "gs_test_version")) origin->test_version = version;
        origin->accepted_at = header_time(r, "gs_accepted_at", failed_at);
        origin->topic = shown(r.header("dlq_topic"));
        origin->partition = static_cast<std::int32_t>(header_integer(r, "dlq_partition").value_or(-1));
        origin->offset = header_integer(r, "dlq_offset").value_or(-1);
        step.failed.push_back({.accepted = *std::move(origin),
                               .failed_at = failed_at,
                               .code = shown(reason),
                               .detail = shown(r.header("dlq_detail")),
                               .attempts = header_integer(r, "dlq_attempts").value_or(1)});
    }
};

projector::projector(topics names) : impl_(new impl{std::move(names)}) {}
projector::~projector() = default;

ports::projection projector::operator()(std::span<const record> records) {
    ports::projection step;
    for (const auto& r : records) {
        if (r.topic == impl_->names.submissions)
            impl_->accepted(r, step);
        else if (r.topic == impl_->names.results)
            impl_->scored(r, step);
        else if (r.topic == impl_->names.dead_letters)
            impl_->failed(r, step);
    }
    return step;
}

} // namespace gradesvc::app
