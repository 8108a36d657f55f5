#include "gradesvc/tools/report.hpp"
#include "roles/tool.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace gradesvc::roles {

tool declare_report(CLI::App& app) {
    const auto options = std::make_shared<tools::report_options>();
    auto* const command = app.add_subcommand("report", "Write a personal report for each submission as an HTML file");
    command->add_option("--test", options->test, "Definition")->required()->type_name("TEST.json");
    command->add_option("--out", options->folder, "Folder for the reports")->required()->type_name("DIR");
    declare_profile(*command, options->profile, "full");
    command->add_option("SUBMISSIONS.jsonl", options->submissions, "Submissions, one a line; without, standard input");
    declare_format(*command, options->format);
    options->engine_version = version;
    return {command, [options] { return tools::run_report(*options, std::cin, std::cout, std::cerr); }};
}

} // namespace gradesvc::roles
