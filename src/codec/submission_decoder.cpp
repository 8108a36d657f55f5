#include "codec/submission_decoder.hpp"

#include "codec/sha256.hpp"
#include "codec/text.hpp"

namespace gradesvc::codec {

using domain::answer_value;
using domain::errc;
using domain::pointer_join;
using domain::refusal;
using value = json_document::value;

namespace {

constexpr std::size_t max_answers = 1000;
constexpr std::size_t max_key_length = 255;
constexpr std::size_t max_claim_length = 64; // started_at, submitted_at
constexpr std::size_t max_metadata = 64;
constexpr std::size_t max_metadata_length = 1024;
constexpr std::size_t max_error_length = 4096;
constexpr std::int64_t max_time_ms = 1'000'000'000'000;

} // namespace

std::string id_error(std::string_view text, bool path_safe) {
    const std::size_t length = code_points(text);
    if (length == 0) return "must not be empty";
    if (length > max_id_length) return "must have at most " + std::to_string(max_id_length) + " characters";
    if (has_control(text)) return "must not contain control characters";
    if (path_safe && text.find_first_of("@/") != std::string_view::npos) return "must not contain '@' or '/'";
    return {};
}

std::string_view id_text(value v) { return v.is(json_kind::integer) && v.text() == "-0" ? "0" : v.text(); }

domain::submission_id id_for_key(std::string_view user, std::string_view test, std::string_view key) {
    std::string name = "[";
    append_json_string(name, user);
    name += ',';
    append_json_string(name, test);
    name += ',';
    append_json_string(name, key);
    name += ']';
    return domain::submission_id::v5(name);
}

domain::outcome<const domain::submission*> submission_decoder::decode(std::string_view bytes, unknown_members unknown) {
    submission_ = {};
    answers_json_ = {};
    answers_.clear();
    members_.clear();
    errors_.clear();
    if (auto why = document_.parse(bytes); !why.empty())
        return refusal{errc::malformed, "The body is not a JSON document: " + why};
    for (const auto& pointer : document_.duplicates()) error(pointer, "this member stands twice in its object");
    members_.reserve(document_.values());

    const value root = document_.root();
    if (!root.is(json_kind::object)) {
        error("", "must be a JSON object");
    } else {
        for (const auto m : root) member(m, unknown);
        for (const auto* name : {"user_id", "test_id", "answers"})
            if (!root.find(name)) error(pointer_join("", name), "is required");
    }
    if (!errors_.empty()) return refusal{errc::validation, "The submission is not valid.", std::move(errors_)};
    submission_.answers = answers_;
    return &submission_;
}

void submission_decoder::member(value m, unknown_members unknown) {
    const auto name = m.key();
    if (name == "user_id") return id_member(m, submission_.user_id, false);
    if (name == "test_id") return id_member(m, submission_.test_id, true);
    if (name == "answers") return answers(m, unknown);
    if (name == "submission_key") return text_member(m, submission_.submission_key, max_key_length);
    if (name == "test_version") return integer_member(m, submission_.test_version, 1);
    if (name == "attempt") return integer_member(m, submission_.attempt, 0);
    if (name == "group_id") return text_member(m, submission_.group_id, max_id_length);
    if (name == "locale") return text_member(m, submission_.locale, max_id_length);
    if (name == "started_at" || name == "submitted_at") return claim_member(m, unknown);
    if (name == "metadata") return metadata(m);
    if (unknown == unknown_members::refuse) error(pointer_join("", name), "is not a member of a submission");
}

void submission_decoder::id_member(value m, std::string_view& target, bool path_safe) {
    if (!m.is(json_kind::integer) && !m.is(json_kind::string))
        return error(pointer_join("", m.key()), "must be a string or an integer");
    target = id_text(m);
    if (auto why = id_error(target, path_safe); !why.empty()) error(pointer_join("", m.key()), std::move(why));
}

void submission_decoder::text_member(value m, std::optional<std::string_view>& target, std::size_t max_length) {
    if (m.is(json_kind::null)) return;
    if (!m.is(json_kind::string)) return error(pointer_join("", m.key()), "must be a string");
    const auto length = code_points(m.text());
    if (length == 0 || length > max_length || has_control(m.text()))
        return error(pointer_join("", m.key()),
                     "must have 1 to " + std::to_string(max_length) + " characters and no control characters");
    target = m.text();
}

void submission_decoder::claim_member(value m, unknown_members unknown) {
    std::optional<std::string_view> claim;
    text_member(m, claim, max_claim_length);
    if (claim && unknown == unknown_members::refuse && !parse_time(*claim))
        error(pointer_join("", m.key()), "must be an RFC 3339 time");
}

void submission_decoder::integer_member(value m, std::optional<std::int64_t>& target, std::int64_t min) {
    if (m.is(json_kind::null)) return;
    const auto number = m.as_int();
    if (!number || *number < min || *number > max_integer)
        return error(pointer_join("", m.key()), "must be an integer of at least " + std::to_string(min));
    target = number;
}

void submission_decoder::metadata(value m) {
    if (m.is(json_kind::null)) return;
    if (!m.is(json_kind::object) || m.size() > max_metadata)
        return error("/metadata", "must be an object of at most " + std::to_string(max_metadata) + " strings");
    for (const auto entry : m)
        if (!entry.is(json_kind::string) || code_points(entry.text()) > max_metadata_length ||
            code_points(entry.key()) > max_id_length)
            error(pointer_join("/metadata", entry.key()),
                  "must be a string of at most " + std::to_string(max_metadata_length) + " characters");
}

void submission_decoder::answers(value m, unknown_members unknown) {
    if (!m.is(json_kind::object)) return error("/answers", "must be an object: item_id → answer");
    if (m.size() > max_answers)
        return error("/answers", "must have at most " + std::to_string(max_answers) + " members");
    answers_json_ = m;
    answers_.reserve(m.size());
    for (const auto a : m) {
        // Names may be as long as the document, and would stand in every pointer below.
        if (code_points(a.key()) > max_id_length)
            error(pointer_join("/answers", cut(a.key(), max_error_length)), id_error(a.key(), true));
        else
            answers_.push_back(answer(a, unknown));
    }
}

domain::given_answer submission_decoder::answer(value a, unknown_members unknown) {
    domain::given_answer given{.item_id = a.key(), .value = {}};
    const auto pointer = [&] { return pointer_join("/answers", a.key()); };
    if (!a.is(json_kind::object)) {
        given.value = decode_value(a, a.is(json_kind::array) || a.is(json_kind::boolean) ? pointer() : std::string());
        return given;
    }
    given.wrapped = true;
    for (const auto m : a) {
        if (m.key() == "value") {
            given.value = decode_value(m, pointer() + "/value");
        } else if (m.key() == "time_ms") {
            given.time_ms = m.as_int();
            if (!m.is(json_kind::null) && (!given.time_ms || *given.time_ms < 0 || *given.time_ms > max_time_ms))
                error(pointer() + "/time_ms", "must be a number of milliseconds, an integer of at least 0");
        } else if (m.key() == "certainty") {
            const auto level = m.as_int();
            if (level && *level >= 1 && *level <= 3)
                given.certainty = static_cast<int>(*level);
            else if (!m.is(json_kind::null))
                error(pointer() + "/certainty", "must be 1, 2 or 3");
        } else if (unknown == unknown_members::refuse) {
            error(pointer_join(pointer(), m.key()), "is not a member of an answer: value, time_ms, certainty");
        }
    }
    return given;
}

answer_value submission_decoder::decode_value(value v, const std::string& pointer) {
    switch (v.kind()) {
    case json_kind::null: return {};
    case json_kind::string:
        if (is_blank(v.text())) return {};
        return {domain::answer_value::kind::text, v.text(), {}};
    case json_kind::integer:
    case json_kind::number: return {domain::answer_value::kind::number, v.text(), {}};
    case json_kind::array: break;
    default: error(pointer, "must be a string, a number, a list or null"); return {};
    }
    if (v.size() == 0) return {};
    const std::size_t first = members_.size();
    members_.resize(first + v.size()); // within the reserved capacity
    std::size_t i = 0;
    for (const auto m : v) {
        const bool plain = m.is(json_kind::string) || m.is_number();
        members_[first + i] = decode_value(m, plain ? std::string() : pointer + '/' + std::to_string(i));
        ++i;
    }
    return {domain::answer_value::kind::list, {}, {members_.data() + first, v.size()}};
}

std::string submission_decoder::answers_sha256() {
    scratch_.clear();
    if (answers_json_) append_canonical(scratch_, answers_json_);
    return sha256_hex(scratch_);
}

void submission_decoder::error(std::string pointer, std::string detail) {
    if (errors_.size() >= domain::max_field_errors) return;
    pointer.resize(cut(pointer, max_error_length).size());
    errors_.push_back({std::move(pointer), std::move(detail)});
}

} // namespace gradesvc::codec
