#include "gradesvc/tools/health.hpp"
#include "roles/tool.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace gradesvc::roles {

tool declare_health(CLI::App& app) {
    const auto options = std::make_shared<tools::health_options>();
    auto* const command = app.add_subcommand("health", "Exit 0 when a service is ready: for container health checks");
    command->add_option("URL", options->url, "What to ask")->capture_default_str();
    declare_format(*command, options->format);
    return {command, [options] { return tools::run_health(*options, std::cout, std::cerr); }};
}

} // namespace gradesvc::roles
