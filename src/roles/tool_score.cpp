#include "gradesvc/tools/score.hpp"
#include "roles/tool.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace gradesvc::roles {

tool declare_score(CLI::App& app) {
    const auto options = std::make_shared<tools::score_options>();
    auto* const command = app.add_subcommand("score", "Score submissions offline: one result document a line");
    command->add_option("--test", options->test, "Definition")->required()->type_name("TEST.json");
    declare_profile(*command, options->profile, "standard");
    command->add_option("SUBMISSIONS.jsonl", options->submissions, "Submissions, one a line; without, standard input");
    declare_format(*command, options->format, "json");
    options->engine_version = version;
    return {command, [options] { return tools::run_score(*options, std::cin, std::cout, std::cerr); }};
}

} // namespace gradesvc::roles
