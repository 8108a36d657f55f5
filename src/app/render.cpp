#include "gradesvc/app/render.hpp"

#include "codec/definition.hpp"
#include "codec/object_writer.hpp"

#include <charconv>

namespace gradesvc::app {

using codec::object_writer;

namespace {

std::string_view status_text(ports::submission_status status) {
    switch (status) {
    case ports::submission_status::accepted: return "accepted";
    case ports::submission_status::scored: return "scored";
    case ports::submission_status::failed: return "failed";
    }
    return "accepted";
}

// docs/api.md; the result only `with_result`.
void append_status(std::string& out, const ports::submission_view& view, bool with_result) {
    object_writer status(out);
    status.text("submission_id", view.id.to_string())
        .text_or_null("user_id", view.user_id)
        .text_or_null("test_id", view.test_id)
        .integer("test_version", view.test_version)
        .integer("attempt", view.attempt)
        .text("status", status_text(view.status))
        .time("accepted_at", view.accepted_at)
        .time("scored_at", view.scored_at);
    if (with_result) status.raw("result", view.result.empty() ? "null" : std::string_view(view.result));
    if (view.status == ports::submission_status::failed)
        object_writer(status.key("failure"))
            .text("code", view.failure_code.value_or("internal"))
            .text("detail", view.failure_detail.value_or(""))
            .integer("attempts", view.failure_attempts)
            .close();
    else
        status.null("failure");
    status.close();
}

} // namespace

std::string status_json(const ports::submission_view& view) {
    std::string json;
    json.reserve(512 + view.result.size());
    append_status(json, view, true);
    return json;
}

std::string page_json(std::span<const ports::submission_view> rows, bool more) {
    std::string json = "{\"data\":[";
    const char* separator = "";
    for (const auto& row : rows) {
        json += std::exchange(separator, ",");
        append_status(json, row, false);
    }
    json += "],\"next_cursor\":";
    if (more && !rows.empty())
        codec::append_json_string(json, cursor_of(rows.back()));
    else
        json += "null";
    json += '}';
    return json;
}

std::string cursor_of(const ports::submission_view& row) {
    return std::to_string(row.accepted_at.time_since_epoch().count()) + "." + row.id.to_string();
}

std::optional<std::pair<ports::time_ms, domain::submission_id>> parse_cursor(std::string_view text) {
    std::int64_t ms = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (ec != std::errc() || end == text.data() + text.size() || *end != '.') return std::nullopt;
    const auto id = domain::submission_id::parse(text.substr(static_cast<std::size_t>(end - text.data()) + 1));
    if (!id) return std::nullopt;
    return std::pair(ports::time_ms(std::chrono::milliseconds(ms)), *id);
}

std::string test_json(const published_test& test, bool with_key) {
    return with_key ? test.json : codec::public_definition(test.json);
}

std::string test_list_json(std::span<const test_ptr> tests) {
    std::string json = "{\"data\":[";
    const char* separator = "";
    for (const auto& test : tests) {
        json += std::exchange(separator, ",");
        object_writer row(json);
        row.text("test_id", test->test_id).integer("version", test->version);
        row.text_or_null("title", test->title).integer("items", static_cast<std::int64_t>(test->items));
        row.text("definition_sha256", test->sha256).time("published_at", test->published_at).close();
    }
    json += "]}";
    return json;
}

} // namespace gradesvc::app
