#include "gradesvc/tools/report.hpp"

#include "codec/object_writer.hpp"
#include "gradesvc/report/language.hpp"
#include "gradesvc/report/render.hpp"
#include "tools/offline_scorer.hpp"

#include <filesystem>
#include <fstream>
#include <ostream>
#include <stdexcept>

namespace gradesvc::tools {

namespace {

constexpr std::size_t longest_name = 64;
constexpr std::int64_t tell_every = 1000; // reports, on `err`

// A file name that is one everywhere: what else stands in an id becomes "_".
std::string safe(std::string_view id) {
    std::string name;
    for (const char c : id.substr(0, longest_name)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        name += plain ? c : '_';
    }
    return name;
}

class report_writer {
public:
    explicit report_writer(const report_options& options)
        : options_(options), scorer_(options.test, options.profile, options.engine_version), folder_(options.folder) {
        std::error_code error;
        std::filesystem::create_directories(folder_, error);
        if (!std::filesystem::is_directory(folder_))
            throw std::runtime_error(options.folder + ": cannot be made a folder");
    }

    std::optional<domain::refusal> write(std::int64_t line, std::string_view text, std::ostream& out) {
        if (auto why = scorer_.score(text)) return why;
        result_.clear();
        scorer_.append_document(result_);
        const auto& submission = scorer_.submission();
        const auto& test = scorer_.definition();
        const auto language = report::choose_language(submission.locale.value_or(""), test.locale);
        const auto file = folder_ / (std::to_string(line) + "-" +
                                     safe(scorer_.id().empty() ? submission.user_id : scorer_.id()) + ".html");
        save(file, report::report_html(result_, test, language));
        out << said(line, file.string()) << '\n';
        return std::nullopt;
    }

private:
    static void save(const std::filesystem::path& file, const std::string& page) {
        std::ofstream to(file, std::ios::binary | std::ios::trunc);
        to.write(page.data(), static_cast<std::streamsize>(page.size())).flush();
        if (!to) throw std::runtime_error(file.string() + ": cannot be written");
    }

    std::string said(std::int64_t line, const std::string& file) const {
        if (options_.format == output_format::text) return file;
        std::string json;
        codec::object_writer(json)
            .integer("line", line)
            .text_or_null("submission_id", scorer_.id())
            .text("user_id", scorer_.submission().user_id)
            .text("file", file)
            .close();
        return json;
    }

    const report_options& options_;
    offline_scorer scorer_;
    std::filesystem::path folder_;
    std::string result_;
};

} // namespace

int run_report(const report_options& options, std::istream& in, std::ostream& out, std::ostream& err) {
    try {
        report_writer writer(options);
        std::int64_t written = 0;
        bool all_good = true;
        for_each_line(options.submissions, in, [&](std::int64_t line, std::string_view text) {
            if (const auto why = writer.write(line, text, out)) {
                all_good = false;
                std::string failure;
                append_failure(failure, line, *why);
                if (options.format == output_format::json)
                    out << failure << '\n';
                else
                    err << "line " << line << ": " << tell(*why) << '\n';
            } else if (++written % tell_every == 0) {
                err << "gradesvc report: " << written << " reports\n";
            }
        });
        out.flush();
        if (!out) throw std::runtime_error("the list of reports cannot be written");
        return all_good ? 0 : 1;
    } catch (const std::runtime_error& error) {
        err << "gradesvc report: " << error.what() << '\n';
        return 2;
    }
}

} // namespace gradesvc::tools
