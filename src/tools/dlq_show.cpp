#include "codec/append_array.hpp"
#include "codec/object_writer.hpp"
#include "gradesvc/tools/dlq.hpp"
#include "tools/foreign_text.hpp"
#include "tools/letter_index.hpp"
#include "tools/topic_scan.hpp"

#include <ostream>

namespace gradesvc::tools {

namespace {

const char* name_of(app::letter_fate fate) {
    switch (fate) {
    case app::letter_fate::open: return "open";
    case app::letter_fate::replayed: return "replayed";
    case app::letter_fate::discarded: return "discarded";
    }
    return "";
}

/// What became of a letter, with the words of who discarded it.
struct state {
    app::letter_fate fate = app::letter_fate::open;
    std::string because = {};
    std::optional<ports::time_ms> at = {};
};

void append_headers(std::string& json, const ports::record& record) {
    codec::append_array(json, record.headers, [&](const ports::header_view& header) {
        codec::object_writer object(json);
        append_bytes(object, "name", header.name);
        append_bytes(object, "value", header.value);
        object.close();
    });
}

void append_json(std::string& json, const ports::record& record, const state& now) {
    const auto letter = app::read_dead_letter(record);
    const auto header = [&](const char* name) { return printable(record.header(name).value_or("")); };
    codec::object_writer object(json);
    object.text_or_null("submission_id", letter.id ? letter.id->to_string() : std::string());
    object.integer("partition", record.partition).integer("offset", record.offset);
    object.text("state", name_of(now.fate)).time("state_since", now.at);
    object.text_or_null("because", printable(now.because)).text_or_null("reason", printable(letter.reason));
    append_bytes(object, "detail", letter.detail);
    object.text_or_null("attempts", header("dlq_attempts")).text_or_null("worker", header("dlq_worker"));
    object.time("accepted_at", letter.accepted_at).time("failed_at", letter.failed_at);
    codec::object_writer(object.key("origin"))
        .text_or_null("topic", header("dlq_topic"))
        .text_or_null("partition", header("dlq_partition"))
        .text_or_null("offset", header("dlq_offset"))
        .close();
    object.text_or_null("replay_of", letter.replay ? letter.replay->text() : std::string());
    if (record.key)
        append_bytes(object, "key", *record.key);
    else
        object.null("key");
    append_headers(object.key("headers"), record);
    append_bytes(object, "body", record.value);
    object.close();
}

void append_text(std::string& out, const ports::record& record, const state& now) {
    const auto letter = app::read_dead_letter(record);
    const auto line = [&out](const char* name, const std::string& text) {
        if (!text.empty()) out.append("  ").append(name).append(": ").append(text) += '\n';
    };
    const auto header = [&](const char* name) { return printable(record.header(name).value_or("")); };
    out += "dead letter " + letter.where.text() + '\n';
    line("submission", letter.id ? letter.id->to_string() : std::string());
    line("state", name_of(now.fate) + (now.at ? " since " + codec::time_text(*now.at) : ""));
    line("because", printable(now.because));
    line("reason", printable(letter.reason));
    line("detail", printable(letter.detail));
    line("attempts", header("dlq_attempts"));
    line("worker", header("dlq_worker"));
    line("accepted", codec::time_text(letter.accepted_at));
    line("failed", codec::time_text(letter.failed_at));
    line("origin", header("dlq_topic") + ' ' + header("dlq_partition") + '/' + header("dlq_offset"));
    if (letter.replay) line("replay of", letter.replay->text());
    line("key", printable(record.key.value_or("")));
    for (const auto& [name, value] : record.headers) line("header", printable(name) + " = " + printable(value));
    line("body", printable(record.value));
}

} // namespace

int run_dlq_show(const dlq_show_options& options, const dlq_parts& parts, std::ostream& out, std::ostream& err) {
    const letter_index index(parts.log, parts.names);
    std::map<app::letter_position, state> wanted;
    ports::positions from;
    for (const auto& one : index.letters()) {
        if (!index.selected(one, {.id = options.id})) continue;
        wanted[one.where] = {one.fate};
        from.try_emplace({parts.names.dead_letters, one.where.partition}, one.where.offset);
    }
    if (wanted.empty()) {
        err << "gradesvc dlq show: there is no dead letter of " << printable(options.id) << '\n';
        return 1;
    }
    scan_topics(parts.log, {parts.names.dead_letters}, from, [&](const ports::record& record) {
        if (const auto mark = app::read_mark(record)) {
            const auto of = mark->of ? wanted.find(*mark->of) : wanted.end();
            if (of != wanted.end()) of->second = {mark->fate, std::string(mark->because), record.time};
        }
    });
    const bool as_json = options.format == output_format::json;
    std::multimap<ports::time_ms, std::string> shown; // those without a key stand in any partition
    scan_topics(parts.log, {parts.names.dead_letters}, from, [&](const ports::record& record) {
        const auto one = wanted.find({record.partition, record.offset});
        if (one == wanted.end()) return;
        const auto at = shown.emplace(app::read_dead_letter(record).failed_at, std::string());
        (as_json ? append_json : append_text)(at->second, record, one->second);
    });
    std::string json;
    codec::append_array(json, shown, [&](const auto& one) { json += one.second; });
    if (as_json)
        out << json << '\n';
    else
        for (const auto& [time, text] : shown) out << text;
    return 0;
}

} // namespace gradesvc::tools
