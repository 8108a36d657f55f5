#include "tools/offline_scorer.hpp"

#include "codec/definition.hpp"
#include "codec/object_writer.hpp"
#include "report/result_document.hpp"

namespace gradesvc::tools {

offline_scorer::offline_scorer(const std::string& test_file, scoring::profile how, std::string engine_version)
    : offline_scorer(test_file, load_definition(test_file), how, std::move(engine_version)) {}

offline_scorer::offline_scorer(const std::string& test_file, definition_file test, scoring::profile how,
                               std::string engine_version)
    : profile_(how),
      engine_version_(std::move(engine_version)),
      sha256_(codec::definition_sha256(test.json)),
      reader_(compile_scorer(test_file, std::move(test.definition))) {}

std::optional<domain::refusal> offline_scorer::score(std::string_view line) {
    const auto submission = reader_.read(line);
    if (!submission) return submission.error();
    submission_ = *submission;
    reader_.scorer().score(*submission_, profile_, sheet_);
    return std::nullopt;
}

void offline_scorer::append_document(std::string& out) {
    const auto answers_sha256 = reader_.answers_sha256();
    const auto& test = definition();
    codec::result_header header{};
    header.submission_id = reader_.id();
    header.user_id = submission_->user_id;
    header.test_id = submission_->test_id;
    header.test_version = reader_.version();
    header.attempt = submission_->attempt;
    header.group_id = submission_->group_id;
    header.engine_version = engine_version_;
    header.profile = scoring::to_string(profile_);
    header.definition_sha256 = sha256_;
    header.answers_sha256 = answers_sha256;
    report::append_document(out, header, sheet_, test, submission_->locale, profile_);
}

void append_failure(std::string& out, std::int64_t line, const domain::refusal& why) {
    codec::object_writer object(out);
    object.integer("line", line);
    codec::object_writer(object.key("failure"))
        .text("code", failure_code(why.code))
        .text("detail", tell(why))
        .integer("attempts", 1)
        .close();
    object.close();
}

} // namespace gradesvc::tools
