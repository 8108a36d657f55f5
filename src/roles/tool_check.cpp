#include "gradesvc/tools/check.hpp"
#include "roles/tool.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace gradesvc::roles {

tool declare_check(CLI::App& app) {
    const auto options = std::make_shared<tools::check_options>();
    auto* const command = app.add_subcommand("check", "List every error and warning of test definitions");
    command->add_option("TEST.json", options->files, "Definitions")->required();
    declare_format(*command, options->format);
    return {command, [options] { return tools::run_check(*options, std::cout, std::cerr); }};
}

} // namespace gradesvc::roles
