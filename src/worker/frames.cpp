#include "worker/frames.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace gradesvc::worker {
namespace {

constexpr std::array<std::string_view, 10> failure_codes{
    "",          "malformed",      "validation", "unknown_test", "conflict", "retries_exhausted",
    "timed_out", "crashed_scorer", "too_large",  "internal"};
constexpr std::int64_t max_headers = 10'000;

/// The static text of a code.
std::string_view code_of(std::string_view text) {
    const auto* const found = std::ranges::find(failure_codes, text);
    if (found == failure_codes.end()) throw frame_error("an unknown failure code");
    return *found;
}

std::int64_t count_of_headers(frame_reader& from) {
    const auto count = from.number();
    if (count < 0 || count > max_headers) throw frame_error("too many headers");
    return count;
}

} // namespace

frame_writer::frame_writer(frame kind) : bytes_(frame_head + 1, '\0') { bytes_.back() = static_cast<char>(kind); }

frame_writer& frame_writer::number(std::int64_t value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
}

frame_writer& frame_writer::text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    bytes_.append(value);
    return *this;
}

frame_writer& frame_writer::optional_text(std::optional<std::string_view> value) {
    number(value ? 1 : 0);
    return value ? text(*value) : *this;
}

std::string_view frame_writer::finish() {
    const auto length = static_cast<std::uint32_t>(bytes_.size() - frame_head);
    std::memcpy(bytes_.data(), &length, sizeof length);
    return bytes_;
}

frame_reader::frame_reader(std::string_view payload) : rest_(payload) {
    const unsigned kind = rest_.empty() ? UINT8_MAX : static_cast<unsigned char>(rest_.front());
    if (kind > static_cast<unsigned>(frame::no_answer)) throw frame_error("no such frame");
    kind_ = static_cast<frame>(kind);
    rest_.remove_prefix(1);
}

std::int64_t frame_reader::number() {
    std::int64_t value = 0;
    if (rest_.size() < sizeof value) throw frame_error("a frame is cut");
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
}

std::string_view frame_reader::text() {
    const auto size = static_cast<std::uint64_t>(number());
    if (size > rest_.size()) throw frame_error("a frame is cut");
    const auto found = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return found;
}

std::optional<std::string_view> frame_reader::optional_text() {
    if (number() == 0) return std::nullopt;
    return text();
}

void put(frame_writer& to, const ports::record& record) {
    to.text(record.topic).number(record.partition).number(record.offset).number(record.time.time_since_epoch().count());
    to.optional_text(record.key).text(record.value).number(static_cast<std::int64_t>(record.headers.size()));
    for (const auto& h : record.headers) to.text(h.name).text(h.value);
}

ports::record get_record(frame_reader& from) {
    ports::record record;
    record.topic = from.text();
    record.partition = static_cast<std::int32_t>(from.number());
    record.offset = from.number();
    record.time = ports::time_ms(std::chrono::milliseconds(from.number()));
    record.key = from.optional_text();
    record.value = from.text();
    for (auto left = count_of_headers(from); left > 0; --left) {
        const auto name = from.text();
        record.headers.push_back({name, from.text()});
    }
    return record;
}

void put(frame_writer& to, const app::settled& what, const app::topics& names) {
    const ports::outgoing& output = what.output;
    to.number(output.topic == names.results ? 1 : 0).number(output.partition).optional_text(output.key);
    to.text(output.value).number(static_cast<std::int64_t>(output.headers.size()));
    for (const auto& h : output.headers) to.text(h.name).text(h.value);
    to.number(what.scored ? 1 : 0).text(what.reason).number(what.accepted_at.time_since_epoch().count());
    to.text(what.id ? what.id->to_string() : std::string());
}

app::settled get_settled(frame_reader& from, const app::topics& names) {
    app::settled what;
    ports::outgoing& output = what.output;
    output.topic = from.number() == 1 ? names.results : names.dead_letters;
    output.partition = static_cast<std::int32_t>(from.number());
    output.key = from.optional_text();
    output.value = from.text();
    for (auto left = count_of_headers(from); left > 0; --left) {
        const auto name = from.text();
        output.headers.push_back({std::string(name), std::string(from.text())});
    }
    what.scored = from.number() == 1;
    what.reason = code_of(from.text());
    what.accepted_at = ports::time_ms(std::chrono::milliseconds(from.number()));
    what.id = domain::submission_id::parse(from.text());
    return what;
}

} // namespace gradesvc::worker
