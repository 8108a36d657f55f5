#include "roles/command_line.hpp"

#include "gradesvc/worker/suspects.hpp"
#include "roles/service.hpp"
#include "roles/service_options.hpp"
#include "roles/tool.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <string_view>
#include <unistd.h>

namespace gradesvc::roles {

namespace {

constexpr int wrong_use = 2;

int complain(const std::exception& error, int exit_code) {
    std::cerr << "gradesvc: " << error.what() << '\n';
    return exit_code;
}

int serve(const service_options& options) {
    const auto format =
        options.log_format.value_or(isatty(STDERR_FILENO) == 1 ? telemetry::format::text : telemetry::format::json);
    telemetry::configure_log(format, options.log_level);
    end_of_service end; // blocks the signals before any thread
    service parts(options, end);
    return parts.run();
}

std::vector<tool> declare_tools(CLI::App& app) {
    std::vector<tool> all;
    for (const auto& declare : {declare_check, declare_score, declare_calibrate, declare_report, declare_health,
                                declare_dlq, declare_audit, declare_verify})
        all.push_back(declare(app));
    return all;
}

// An option of the service in front of a tool's name would do nothing.
void refuse_flags_before(const tool& asked, const CLI::App& app) {
    for (const auto* option : app.get_options())
        if (option->count() > 0)
            throw usage_error(option->get_name() + ": options of a tool stand behind its name, gradesvc " +
                              asked.command->get_name());
}

int run_tool(const tool& asked) {
    try {
        return asked.run();
    } catch (const std::exception& error) {
        return complain(error, wrong_use);
    }
}

int parse_and_run(int argc, const char* const* argv) {
    CLI::App app("gradesvc: takes submissions of tests over HTTP, scores them, publishes the results.\n"
                 "Every option can also stand in the file of --config and in the environment: GRADESVC_MAX_BODY for\n"
                 "--max-body. A flag beats the environment beats the file beats the default.",
                 "gradesvc");
    app.set_version_flag("--version", std::string("gradesvc ") + version);
    app.require_subcommand(0, 1);
    service_options options;
    std::string config_file;
    declare_options(app, options, config_file);
    const auto tools = declare_tools(app);
    try {
        app.parse(argc, argv);
        for (const auto& tool : tools) {
            if (!tool.command->parsed()) continue;
            refuse_flags_before(tool, app);
            return run_tool(tool);
        }
        complete_options(app, options, config_file);
    } catch (const CLI::Success& asked) { // --help, --version
        return app.exit(asked);
    } catch (const CLI::ParseError& error) {
        throw usage_error(error.what());
    }
    return serve(options);
}

} // namespace

int run(int argc, const char* const* argv) {
    try {
        // Of no use to people: what a worker starts for its suspects.
        if (argc == 2 && std::string_view(argv[1]) == worker::child_command) return worker::run_child(version);
        return parse_and_run(argc, argv);
    } catch (const usage_error& error) {
        return complain(error, wrong_use);
    } catch (const std::exception& error) {
        return complain(error, 1);
    }
}

} // namespace gradesvc::roles
