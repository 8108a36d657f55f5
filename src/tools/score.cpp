#include "gradesvc/tools/score.hpp"

#include "codec/definition.hpp"
#include "codec/object_writer.hpp"
#include "codec/result.hpp"
#include "codec/text.hpp"
#include "gradesvc/report/narrate.hpp"
#include "tools/submissions.hpp"

#include <ostream>
#include <stdexcept>

namespace gradesvc::tools {

namespace {

using domain::refusal;

class offline_scorer {
public:
    offline_scorer(const score_options& options, definition_file test)
        : options_(options),
          sha256_(codec::definition_sha256(test.json)),
          reader_(compile_scorer(options.test, std::move(test.definition))) {}

    /// Appends the result of a line, or says why there is none.
    std::optional<refusal> append(std::string& out, std::string_view line) {
        const auto submission = reader_.read(line);
        if (!submission) return submission.error();
        reader_.scorer().score(**submission, options_.profile, sheet_);
        if (options_.format == output_format::text)
            append_line(out, **submission);
        else
            append_document(out, **submission);
        return std::nullopt;
    }

private:
    void append_line(std::string& out, const domain::submission& submission) const {
        out.append(submission.user_id) += '\t';
        codec::append_number(out, sheet_.raw);
        codec::append_number(out += '\t', sheet_.max);
        out += '\t';
        if (sheet_.percent) codec::append_number(out, *sheet_.percent);
    }

    void append_document(std::string& out, const domain::submission& submission) {
        const auto answers_sha256 = reader_.answers_sha256();
        const auto& test = reader_.scorer().definition();
        codec::result_header header{};
        header.submission_id = reader_.id();
        header.user_id = submission.user_id;
        header.test_id = submission.test_id;
        header.test_version = reader_.version();
        header.attempt = submission.attempt;
        header.group_id = submission.group_id;
        header.engine_version = options_.engine_version;
        header.profile = scoring::to_string(options_.profile);
        header.definition_sha256 = sha256_;
        header.answers_sha256 = answers_sha256;
        const auto locale = submission.locale.value_or(test.locale);
        const bool in_words = options_.profile != scoring::profile::fast;
        codec::append_result(out, header, sheet_, test, locale,
                             in_words ? report::narrate(sheet_, test, locale) : domain::narrative());
    }

    const score_options& options_;
    std::string sha256_;
    submission_reader reader_;
    scoring::score_sheet sheet_;
};

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

} // namespace

int run_score(const score_options& options, std::istream& in, std::ostream& out, std::ostream& err) {
    try {
        offline_scorer scorer(options, load_definition(options.test));
        bool all_good = true;
        std::string document;
        for_each_line(options.submissions, in, [&](std::int64_t number, std::string_view line) {
            document.clear();
            if (const auto why = scorer.append(document, line)) {
                all_good = false;
                document.clear();
                append_failure(document, number, *why);
            }
            out << document << '\n';
        });
        out.flush();
        if (!out) throw std::runtime_error("the results cannot be written");
        return all_good ? 0 : 1;
    } catch (const std::runtime_error& error) {
        err << "gradesvc score: " << error.what() << '\n';
        return 2;
    }
}

} // namespace gradesvc::tools
