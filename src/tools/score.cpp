#include "gradesvc/tools/score.hpp"

#include "codec/definition.hpp"
#include "codec/object_writer.hpp"
#include "codec/result.hpp"
#include "codec/submission_decoder.hpp"
#include "codec/text.hpp"
#include "gradesvc/scoring/scorer.hpp"
#include "tools/file.hpp"

#include <filesystem>
#include <fstream>
#include <istream>
#include <memory>
#include <ostream>
#include <stdexcept>

namespace gradesvc::tools {

namespace {

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

class offline_scorer {
public:
    offline_scorer(const score_options& options, const std::string& json, std::shared_ptr<const scoring::scorer> scorer)
        : options_(options),
          scorer_(std::move(scorer)),
          sha256_(codec::definition_sha256(json)),
          version_(scorer_->definition().version.value_or(1)) {}

    /// Appends the result of a line, or says why there is none.
    std::optional<refusal> append(std::string& out, std::string_view line) {
        const auto decoded = decoder_.decode(line, codec::unknown_members::ignore);
        if (!decoded) return decoded.error();
        const auto& submission = **decoded;
        if (submission.test_id != scorer_->definition().test_id ||
            submission.test_version.value_or(version_) != version_)
            return refusal{errc::unknown_test, "this is not a submission of test " + scorer_->definition().test_id +
                                                   ", version " + std::to_string(version_)};
        std::vector<domain::field_error> errors;
        scorer_->check(submission, errors);
        const auto id = id_of(line, submission, errors);
        if (!errors.empty()) return refusal{errc::validation, "", std::move(errors)};
        scorer_->score(submission, options_.profile, sheet_);
        if (options_.format == output_format::text)
            append_line(out, submission);
        else
            append_document(out, submission, id);
        return std::nullopt;
    }

private:
    // The id in the line, else that of its key, else none.
    std::string id_of(std::string_view line, const domain::submission& submission,
                      std::vector<domain::field_error>& errors) {
        if (line.find("\"submission_id\"") != line.npos && document_.parse(line).empty())
            if (const auto given = document_.root().find("submission_id"); given && !given.is(codec::json_kind::null)) {
                const auto id = domain::submission_id::parse(given.text());
                if (!id) errors.push_back({"/submission_id", "is not a UUID"});
                return id ? id->to_string() : std::string();
            }
        if (!submission.submission_key) return {};
        return codec::id_for_key(submission.user_id, submission.test_id, *submission.submission_key).to_string();
    }

    void append_line(std::string& out, const domain::submission& submission) const {
        out.append(submission.user_id) += '\t';
        codec::append_number(out, sheet_.raw);
        codec::append_number(out += '\t', sheet_.max);
        out += '\t';
        if (sheet_.percent) codec::append_number(out, *sheet_.percent);
    }

    void append_document(std::string& out, const domain::submission& submission, const std::string& id) {
        const auto answers_sha256 = decoder_.answers_sha256();
        codec::result_header header{};
        header.submission_id = id;
        header.user_id = submission.user_id;
        header.test_id = submission.test_id;
        header.test_version = version_;
        header.attempt = submission.attempt;
        header.group_id = submission.group_id;
        header.engine_version = options_.engine_version;
        header.profile = scoring::to_string(options_.profile);
        header.definition_sha256 = sha256_;
        header.answers_sha256 = answers_sha256;
        codec::append_result(out, header, sheet_, scorer_->definition(), scorer_->definition().locale, {});
    }

    const score_options& options_;
    std::shared_ptr<const scoring::scorer> scorer_;
    std::string sha256_;
    std::int64_t version_;
    codec::submission_decoder decoder_;
    codec::json_document document_;
    scoring::score_sheet sheet_;
};

// Throws std::runtime_error when the definition cannot be read or used.
offline_scorer load(const score_options& options) {
    const auto json = read_file(options.test);
    auto definition = codec::decode_definition(json);
    if (!definition) throw std::runtime_error(options.test + ": " + tell(definition.error()));
    auto scorer = scoring::scorer::compile(*std::move(definition));
    if (!scorer) throw std::runtime_error(options.test + ": " + tell(scorer.error()));
    return {options, json, *std::move(scorer)};
}

void append_failure(std::string& out, std::int64_t line, const refusal& why) {
    codec::object_writer object(out);
    object.integer("line", line);
    codec::object_writer(object.key("failure"))
        .text("code", failure_code(why.code))
        .text("detail", tell(why))
        .integer("attempts", 1)
        .close();
    object.close();
}

bool score_lines(offline_scorer& scorer, std::istream& in, std::ostream& out) {
    bool all_good = true;
    std::int64_t number = 0;
    std::string document;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (codec::is_blank(line)) continue;
        document.clear();
        if (const auto why = scorer.append(document, line)) {
            all_good = false;
            document.clear();
            append_failure(document, number, *why);
        }
        out << document << '\n';
    }
    return all_good;
}

} // namespace

int run_score(const score_options& options, std::istream& in, std::ostream& out, std::ostream& err) {
    try {
        auto scorer = load(options);
        std::ifstream file;
        if (options.submissions) {
            if (!std::filesystem::is_directory(*options.submissions)) file.open(*options.submissions, std::ios::binary);
            if (!file.is_open()) throw std::runtime_error(*options.submissions + ": cannot be read");
        }
        const bool all_good = score_lines(scorer, options.submissions ? file : in, out);
        if ((options.submissions ? file : in).bad())
            throw std::runtime_error("the submissions cannot be read to the end");
        out.flush();
        if (!out) throw std::runtime_error("the results cannot be written");
        return all_good ? 0 : 1;
    } catch (const std::runtime_error& error) {
        err << "gradesvc score: " << error.what() << '\n';
        return 2;
    }
}

} // namespace gradesvc::tools
