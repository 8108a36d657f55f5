#include "gradesvc/app/settle.hpp"

#include "app/events.hpp"
#include "codec/submission_decoder.hpp"
#include "gradesvc/app/dead_letters.hpp"
#include "gradesvc/app/origin.hpp"
#include "gradesvc/faults/fault.hpp"
#include "report/result_document.hpp"

#include <algorithm>

namespace gradesvc::app {

namespace {

constexpr std::size_t max_errors_told = 5; // in dlq_detail
constexpr std::size_t max_detail = 1000;   // bytes of dlq_detail
constexpr std::size_t max_header = 256;    // bytes of a header that is passed on
constexpr std::size_t max_key = 1024;      // bytes of the key of a dead letter without value

std::string tell(const domain::refusal& why) {
    std::string text = why.detail;
    for (std::size_t i = 0; i < std::min(why.errors.size(), max_errors_told); ++i)
        text += (i == 0 ? " " : "; ") + why.errors[i].pointer + " " + why.errors[i].detail;
    if (why.errors.size() > max_errors_told)
        text += "; and " + std::to_string(why.errors.size() - max_errors_told) + " more";
    if (text.size() > max_detail) { // cut between code points
        std::size_t end = max_detail;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
        text.resize(end);
    }
    return text;
}

// A header worth passing on; other producers may put anything there.
std::string_view short_header(const ports::record& record, std::string_view name) {
    const auto value = record.header(name).value_or("");
    return value.size() <= max_header ? value : std::string_view();
}

// The dead letter that the record is once more, "" = none.
std::string_view replayed_letter(const ports::record& record) {
    const auto where = record.header(replay_header).value_or("");
    return letter_position::parse(where) ? where : std::string_view();
}

/// By which another record of the same submission, or of the same replay, is recognised.
std::optional<domain::submission_id> unique_id(const ports::record& record, const identity& who) {
    if (who.by_position) return std::nullopt;
    return outcome_id(who.id, replayed_letter(record));
}

std::optional<std::string> own(std::optional<std::string_view> text) {
    return text ? std::optional<std::string>(std::string(*text)) : std::nullopt;
}

} // namespace

struct settler::impl {
    std::unique_ptr<test_lookup> tests;
    topics names;
    std::string version;
    scoring::profile profile;
    std::string worker; // "" = none to name
    codec::submission_decoder decoder{};
    scoring::score_sheet sheet{};
    std::vector<domain::field_error> errors{};

    settled dead_letter(const ports::record& record, const identity& who, std::string_view code, std::string detail,
                        ports::time_ms now, int attempts = 1, bool with_value = true) const {
        const std::string id = who.id.to_string();
        const auto replay = replayed_letter(record);
        const std::string event_id = id + "/failed" + (replay.empty() ? "" : "/" + std::string(replay));
        ports::outgoing output{
            .topic = names.dead_letters,
            .key = with_value || record.key.value_or("").size() <= max_key ? own(record.key) : std::nullopt,
            .value = with_value ? std::string(record.value) : std::string(),
            .headers = event_headers({event_id, submission_failed, id, now, short_header(record, "traceparent")})};
        for (const auto* name : {"gs_test_version", "gs_definition_sha256"})
            if (const auto value = short_header(record, name); !value.empty())
                output.headers.push_back({name, std::string(value)});
        output.headers.push_back({"gs_accepted_at", codec::time_text(who.accepted_at)});
        output.headers.push_back({"dlq_reason", std::string(code)});
        output.headers.push_back({"dlq_detail", std::move(detail)});
        output.headers.push_back({"dlq_attempts", std::to_string(attempts)});
        output.headers.push_back({"dlq_topic", std::string(record.topic)});
        output.headers.push_back({"dlq_partition", std::to_string(record.partition)});
        output.headers.push_back({"dlq_offset", std::to_string(record.offset)});
        output.headers.push_back({"dlq_failed_at", codec::time_text(now)});
        if (!worker.empty()) output.headers.push_back({"dlq_worker", worker});
        if (!replay.empty()) output.headers.push_back({std::string(replay_header), std::string(replay)});
        return {.output = std::move(output),
                .scored = false,
                .reason = code,
                .accepted_at = who.accepted_at,
                .id = unique_id(record, who)};
    }

    settled result(const ports::record& record, const identity& who, const domain::submission& submission,
                   const published_test& test, const domain::test_definition& definition, ports::time_ms now) {
        const std::string id = who.id.to_string();
        const auto replay = replayed_letter(record);
        // The first outcome was a dead letter. Which replay this is, cannot be known: revision 2 each time.
        const std::int64_t revision = replay.empty() ? 1 : 2;
        ports::outgoing output{.topic = names.results,
                               .partition = record.partition,
                               .key = std::string(submission.user_id),
                               .value = {},
                               .headers = event_headers({id + '/' + std::to_string(revision), submission_scored, id,
                                                         now, short_header(record, "traceparent")})};
        output.headers.push_back({"gs_source_partition", std::to_string(record.partition)});
        output.headers.push_back({"gs_source_offset", std::to_string(record.offset)});
        if (!replay.empty()) output.headers.push_back({std::string(replay_header), std::string(replay)});
        const std::string answers_sha256 = decoder.answers_sha256();
        output.value.reserve(1024 + 120 * sheet.item_scores.size() + 200 * sheet.skill_scores.size());
        report::append_document(output.value,
                                {.submission_id = id,
                                 .user_id = submission.user_id,
                                 .test_id = submission.test_id,
                                 .test_version = test.version,
                                 .attempt = submission.attempt,
                                 .group_id = submission.group_id,
                                 .revision = revision,
                                 .reason = replay.empty() ? "scored" : "replay",
                                 .accepted_at = who.accepted_at,
                                 .scored_at = now,
                                 .engine_version = version,
                                 .profile = scoring::to_string(profile),
                                 .definition_sha256 = test.sha256,
                                 .answers_sha256 = answers_sha256},
                                sheet, definition, submission.locale, profile);
        return {
            .output = std::move(output), .scored = true, .accepted_at = who.accepted_at, .id = unique_id(record, who)};
    }

    settled settle(const ports::record& record, ports::time_ms now) {
        const auto decoded = decoder.decode(record.value, codec::unknown_members::ignore);
        if (!decoded) {
            const auto reason = decoded.error().code == domain::errc::malformed ? "malformed" : "validation";
            return dead_letter(record, identify(record, {}), reason, tell(decoded.error()), now);
        }
        const domain::submission& s = **decoded;
        const auto who = identify(record, {s.user_id, s.test_id, s.submission_key, s.test_version});
        const auto test = tests->find(s.test_id, who.test_version, record.time, now);
        if (!test)
            return dead_letter(record, who, "unknown_test",
                               "There is no published test \"" + std::string(s.test_id) + "\"" +
                                   (who.test_version ? " of version " + std::to_string(*who.test_version) : "") + ".",
                               now);
        const auto scorer = tests->scorer_of(*test);
        if (!scorer) throw std::runtime_error("test \"" + test->test_id + "\" needs a newer gradesvc");
        errors.clear();
        scorer->check(s, errors);
        if (!errors.empty())
            return dead_letter(record, who, "validation",
                               tell({domain::errc::validation, "The answers do not fit the test.", errors}), now);
        faults::scoring(record.value);
        scorer->score(s, profile, sheet);
        return result(record, who, s, *test, scorer->definition(), now);
    }
};

settler::settler(std::unique_ptr<test_lookup> tests, topics names, std::string_view version, scoring::profile profile,
                 std::string_view worker)
    : impl_(new impl{std::move(tests), std::move(names), std::string(version), profile, std::string(worker)}) {}
settler::settler(const catalog& tests, ports::follower& tests_follower, topics names, std::string_view version,
                 scoring::profile profile, std::string_view worker)
    : settler(std::make_unique<catalog_lookup>(tests, tests_follower), std::move(names), version, profile, worker) {}
settler::~settler() = default;

settled settler::operator()(const ports::record& record, ports::time_ms now) { return impl_->settle(record, now); }

settled settler::dead_letter(const ports::record& record, std::string_view code, std::string_view detail, int attempts,
                             ports::time_ms now, letter_form form) {
    claims said;
    if (form != letter_form::unread) {
        const auto decoded = impl_->decoder.decode(record.value, codec::unknown_members::ignore);
        if (decoded)
            said = {(*decoded)->user_id, (*decoded)->test_id, (*decoded)->submission_key, (*decoded)->test_version};
    }
    return impl_->dead_letter(record, identify(record, said), code, std::string(detail), now, attempts,
                              form != letter_form::without_value);
}

} // namespace gradesvc::app
