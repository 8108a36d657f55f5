#include "tools/submissions.hpp"

#include "codec/definition.hpp"
#include "codec/text.hpp"
#include "tools/file.hpp"

#include <filesystem>
#include <fstream>
#include <istream>
#include <stdexcept>

namespace gradesvc::tools {

using domain::errc;
using domain::refusal;

std::string tell(const refusal& why) {
    std::string text = why.detail;
    for (const auto& [pointer, detail] : why.errors)
        text.append(text.empty() ? "" : "; ").append(pointer).append(" ").append(detail);
    return text;
}

std::string_view failure_code(errc code) {
    return code == errc::malformed ? "malformed" : code == errc::unknown_test ? "unknown_test" : "validation";
}

definition_file load_definition(const std::string& path) {
    auto json = read_file(path);
    auto definition = codec::decode_definition(json);
    if (!definition) throw std::runtime_error(path + ": " + tell(definition.error()));
    return {std::move(json), *std::move(definition)};
}

std::shared_ptr<const scoring::scorer> compile_scorer(const std::string& path, domain::test_definition definition) {
    auto scorer = scoring::scorer::compile(std::move(definition));
    if (!scorer) throw std::runtime_error(path + ": " + tell(scorer.error()));
    return *std::move(scorer);
}

submission_reader::submission_reader(std::shared_ptr<const scoring::scorer> scorer)
    : scorer_(std::move(scorer)), version_(scorer_->definition().version.value_or(1)) {}

domain::outcome<const domain::submission*> submission_reader::read(std::string_view line) {
    const auto decoded = decoder_.decode(line, codec::unknown_members::ignore);
    if (!decoded) return decoded;
    const auto& submission = **decoded;
    const auto& test = scorer_->definition();
    if (submission.test_id != test.test_id || submission.test_version.value_or(version_) != version_)
        return refusal{errc::unknown_test,
                       "this is not a submission of test " + test.test_id + ", version " + std::to_string(version_)};
    std::vector<domain::field_error> errors;
    scorer_->check(submission, errors);
    read_id(line, submission, errors);
    if (!errors.empty()) return refusal{errc::validation, "", std::move(errors)};
    return decoded;
}

void submission_reader::read_id(std::string_view line, const domain::submission& submission,
                                std::vector<domain::field_error>& errors) {
    id_.clear();
    if (line.find("\"submission_id\"") != line.npos && document_.parse(line).empty())
        if (const auto given = document_.root().find("submission_id"); given && !given.is(codec::json_kind::null)) {
            const auto id = domain::submission_id::parse(given.text());
            if (id)
                id_ = id->to_string();
            else
                errors.push_back({"/submission_id", "is not a UUID"});
            return;
        }
    if (submission.submission_key)
        id_ = codec::id_for_key(submission.user_id, submission.test_id, *submission.submission_key).to_string();
}

void for_each_line(const std::optional<std::string>& file, std::istream& in,
                   const std::function<void(std::int64_t, std::string_view)>& use) {
    std::ifstream opened;
    if (file) {
        if (!std::filesystem::is_directory(*file)) opened.open(*file, std::ios::binary);
        if (!opened.is_open()) throw std::runtime_error(*file + ": cannot be read");
    }
    std::istream& lines = file ? opened : in;
    std::int64_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (!codec::is_blank(line)) use(number, line);
    }
    if (lines.bad()) throw std::runtime_error("the submissions cannot be read to the end");
}

} // namespace gradesvc::tools
