#include "app/events.hpp"

#include "codec/submission_decoder.hpp"
#include "codec/text.hpp"

#include <charconv>

namespace gradesvc::app {

std::vector<ports::header> event_headers(event e) {
    std::vector<ports::header> headers;
    headers.reserve(14); // room for what the caller adds
    headers.push_back({"ce_specversion", "1.0"});
    headers.push_back({"ce_id", std::move(e.id)});
    headers.push_back({"ce_source", "/gradesvc"});
    headers.push_back({"ce_type", std::string(e.type)});
    headers.push_back({"ce_subject", std::move(e.subject)});
    headers.push_back({"ce_time", codec::time_text(e.time)});
    headers.push_back({"content-type", "application/json"});
    if (!e.traceparent.empty()) headers.push_back({"traceparent", std::string(e.traceparent)});
    return headers;
}

std::optional<std::int64_t> header_integer(const ports::record& record, std::string_view name) {
    const auto text = record.header(name);
    std::int64_t number = 0;
    if (!text) return std::nullopt;
    const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (ec != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return number;
}

identity identify(const ports::record& record, const claims& said) {
    identity found{.id = {}, .accepted_at = record.time, .test_version = said.test_version, .by_position = false};
    const auto subject = record.header("ce_subject");
    const auto stated = subject ? domain::submission_id::parse(*subject) : std::nullopt;
    if (stated)
        found.id = *stated;
    else if (said.submission_key && !said.user_id.empty() && !said.test_id.empty())
        found.id = codec::id_for_key(said.user_id, said.test_id, *said.submission_key);
    else {
        found.id = domain::submission_id::for_position(record.topic, record.partition, record.offset);
        found.by_position = true;
    }

    const bool ours = stated && record.header("ce_type") == submission_accepted;
    if (ours) {
        if (const auto time = codec::parse_time(record.header("ce_time").value_or(""))) found.accepted_at = *time;
        if (const auto version = header_integer(record, "gs_test_version")) found.test_version = version;
    }
    return found;
}

} // namespace gradesvc::app
