#include "gradesvc/tools/score.hpp"

#include "codec/text.hpp"
#include "tools/offline_scorer.hpp"

#include <ostream>
#include <stdexcept>

namespace gradesvc::tools {

namespace {

// User, raw, max and percent.
void append_line(std::string& out, const offline_scorer& scored) {
    const auto& sheet = scored.sheet();
    out.append(scored.submission().user_id) += '\t';
    codec::append_number(out, sheet.raw);
    codec::append_number(out += '\t', sheet.max);
    out += '\t';
    if (sheet.percent) codec::append_number(out, *sheet.percent);
}

} // namespace

int run_score(const score_options& options, std::istream& in, std::ostream& out, std::ostream& err) {
    try {
        offline_scorer scorer(options.test, options.profile, options.engine_version);
        bool all_good = true;
        std::string document;
        for_each_line(options.submissions, in, [&](std::int64_t number, std::string_view line) {
            document.clear();
            if (const auto why = scorer.score(line)) {
                all_good = false;
                append_failure(document, number, *why);
            } else if (options.format == output_format::text) {
                append_line(document, scorer);
            } else {
                scorer.append_document(document);
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
