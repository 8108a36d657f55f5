#include "audit/recompute.hpp"

#include "app/events.hpp"
#include "audit/json_difference.hpp"
#include "codec/text.hpp"
#include "report/result_document.hpp"

namespace gradesvc::audit {

namespace {

using value = codec::json_document::value;

std::string_view text_in(value object, std::string_view name) {
    const auto member = object.find(name);
    return member && member.is(codec::json_kind::string) ? member.text() : std::string_view();
}

std::optional<std::int64_t> integer_in(value object, std::string_view name) {
    const auto member = object.find(name);
    return member ? member.as_int() : std::nullopt;
}

value object_in(value object, std::string_view name) {
    const auto member = object.find(name);
    return member && member.is(codec::json_kind::object) ? member : value();
}

std::optional<scoring::profile> profile_of(std::string_view word) {
    for (const auto one : {scoring::profile::fast, scoring::profile::standard, scoring::profile::full})
        if (scoring::to_string(one) == word) return one;
    return std::nullopt;
}

} // namespace

void recompute::read(const ports::record& stored) {
    readable_ = stored_.parse(stored.value).empty() && stored_.root().is(codec::json_kind::object);
}

std::string_view recompute::test_of(const ports::record& stored) {
    read(stored);
    return readable_ ? text_in(stored_.root(), "test_id") : std::string_view();
}

std::optional<difference> recompute::operator()(const ports::record& submission, const ports::record& stored,
                                                verify_counts& counts) {
    auto found = compare(submission, stored, counts);
    if (found) ++counts.different;
    return found;
}

std::optional<difference> recompute::compare(const ports::record& submission, const ports::record& stored,
                                             verify_counts& counts) {
    read(stored);
    const auto scored_by = readable_ ? object_in(stored_.root(), "scored_by") : value();
    if (!scored_by) {
        auto found = describe(submission, stored);
        found.detail = "it is no result document";
        return found;
    }
    const auto version = text_in(scored_by, "version");
    if (version != engine_version_) {
        constexpr std::size_t told = 100;
        const bool known = counts.other_versions.contains(std::string(version));
        ++counts.other_versions[known || counts.other_versions.size() < told ? std::string(version) : "others"];
        return std::nullopt;
    }
    const auto reason = text_in(stored_.root(), "reason");
    if (reason == "external_score" || reason == "regrade") {
        ++counts.other_reason;
        return std::nullopt;
    }
    const auto failure = compute(submission);
    if (failure.empty() && document_ == stored.value) {
        ++counts.equal;
        return std::nullopt;
    }
    auto found = describe(submission, stored);
    found.detail = failure;
    if (!failure.empty()) return found;
    computed_.parse(document_);
    if (auto where = first_difference(stored_.root(), computed_.root())) {
        found.pointer = std::move(where->pointer);
        found.stored = std::move(where->left);
        found.computed = std::move(where->right);
    } else {
        found.detail = "the same values in other bytes";
    }
    return found;
}

/// Into document_; returns why that cannot be, "" when it can.
std::string recompute::compute(const ports::record& submission) {
    const auto decoded = decoder_.decode(submission.value, codec::unknown_members::ignore);
    if (!decoded) return "its submission cannot be read: " + decoded.error().detail;
    const domain::submission& s = **decoded;
    const auto root = stored_.root();
    const auto scored_by = object_in(root, "scored_by");
    const auto who = app::identify(submission, {s.user_id, s.test_id, s.submission_key, s.test_version});
    const auto version = who.test_version ? who.test_version : integer_in(root, "test_version");
    const auto test = version ? tests_.find(s.test_id, *version) : nullptr;
    if (!test) return "its test is not published";
    const auto scorer = tests_.scorer_of(*test);
    if (!scorer) return "its test needs a newer gradesvc";
    errors_.clear();
    scorer->check(s, errors_);
    if (!errors_.empty()) return "its answers do not fit the test: " + errors_.front().pointer;
    const auto profile = profile_of(text_in(scored_by, "profile")).value_or(scoring::profile::standard);
    scorer->score(s, profile, sheet_);

    const std::string id = who.id.to_string();
    const std::string answers_sha256 = decoder_.answers_sha256();
    document_.clear();
    report::append_document(document_,
                            {.submission_id = id,
                             .user_id = s.user_id,
                             .test_id = s.test_id,
                             .test_version = test->version,
                             .attempt = s.attempt,
                             .group_id = s.group_id,
                             .revision = integer_in(root, "revision").value_or(1),
                             .reason = text_in(root, "reason") == "replay" ? "replay" : "scored",
                             .accepted_at = codec::parse_time(text_in(root, "accepted_at")),
                             .scored_at = codec::parse_time(text_in(root, "scored_at")),
                             .engine_version = engine_version_,
                             .profile = scoring::to_string(profile),
                             .definition_sha256 = test->sha256,
                             .answers_sha256 = answers_sha256},
                            sheet_, scorer->definition(), s.locale, profile);
    return {};
}

difference recompute::describe(const ports::record& submission, const ports::record& stored) const {
    difference found{.submission_id = std::string(stored.header("ce_subject").value_or("")),
                     .test_id = {},
                     .partition = stored.partition,
                     .offset = stored.offset,
                     .source = submission.offset,
                     .pointer = {},
                     .stored = {},
                     .computed = {},
                     .detail = {}};
    if (!codec::is_utf8(found.submission_id)) found.submission_id.clear();
    if (!readable_) return found;
    if (const auto id = text_in(stored_.root(), "submission_id"); !id.empty()) found.submission_id = id;
    found.test_id = text_in(stored_.root(), "test_id");
    return found;
}

} // namespace gradesvc::audit
