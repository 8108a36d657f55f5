#include "roles/command_line.hpp"

#include "gradesvc/domain/definition_limits.hpp"
#include "gradesvc/tools/calibrate.hpp"
#include "gradesvc/tools/check.hpp"
#include "gradesvc/tools/health.hpp"
#include "gradesvc/tools/report.hpp"
#include "gradesvc/tools/score.hpp"
#include "roles/service.hpp"
#include "roles/service_options.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <unistd.h>

namespace gradesvc::roles {

namespace {

constexpr int wrong_use = 2;

int serve(const service_options& options) {
    const auto format =
        options.log_format.value_or(isatty(STDERR_FILENO) == 1 ? telemetry::format::text : telemetry::format::json);
    telemetry::configure_log(format, options.log_level);
    end_of_service end; // blocks the signals before any thread
    service parts(options, end);
    return parts.run();
}

void declare_format(CLI::App& tool, tools::output_format& format, const std::string& shown = "text") {
    const auto read = [&format](const std::string& word) {
        if (word != "text" && word != "json")
            throw CLI::ValidationError("--format", "\"" + word + "\" is not one of text|json");
        format = word == "json" ? tools::output_format::json : tools::output_format::text;
    };
    tool.add_option_function<std::string>("--format", read, "Form of what is printed")
        ->default_str(shown)
        ->type_name("text|json")
        ->option_text("text|json [" + shown + "]");
}

struct tool_options {
    tools::check_options check;
    tools::score_options score;
    tools::calibrate_options calibrate;
    tools::report_options report;
    tools::health_options health;
};

void declare_profile(CLI::App& tool, scoring::profile& profile, const std::string& shown) {
    const auto set = [&profile](const std::string& word) { profile = profile_words().at(word); };
    tool.add_option_function<std::string>("--profile", set, "How much is computed")
        ->check(CLI::IsMember(profile_words()))
        ->default_str(shown)
        ->type_name("fast|standard|full")
        ->option_text("fast|standard|full [" + shown + "]");
}

CLI::App* declare_check(CLI::App& app, tools::check_options& options) {
    auto* const tool = app.add_subcommand("check", "List every error and warning of test definitions");
    tool->add_option("TEST.json", options.files, "Definitions")->required();
    declare_format(*tool, options.format);
    return tool;
}

CLI::App* declare_score(CLI::App& app, tools::score_options& options) {
    auto* const tool = app.add_subcommand("score", "Score submissions offline: one result document a line");
    tool->add_option("--test", options.test, "Definition")->required()->type_name("TEST.json");
    declare_profile(*tool, options.profile, "standard");
    tool->add_option("SUBMISSIONS.jsonl", options.submissions, "Submissions, one a line; without, standard input");
    declare_format(*tool, options.format, "json");
    options.engine_version = version;
    return tool;
}

CLI::App* declare_calibrate(CLI::App& app, tools::calibrate_options& options) {
    using domain::irt_model;
    auto* const tool = app.add_subcommand(
        "calibrate", "Estimate item parameters from submissions: marginal maximum likelihood with theta ~ N(0, 1).\n"
                     "Prints the definition with irt, irt_se and calibration (docs/definitions.md)");
    tool->add_option("--test", options.test, "Definition")->required()->type_name("TEST.json");
    static const std::map<std::string, irt_model> models{{"1PL", irt_model::one_pl},
                                                         {"2PL", irt_model::two_pl},
                                                         {"3PL", irt_model::three_pl},
                                                         {"GRM", irt_model::grm},
                                                         {"GPCM", irt_model::gpcm}};
    tool->add_option_function<std::string>(
            "--model", [&options](const std::string& word) { options.model = models.at(word); },
            "Model of all items; 3PL has priors on slopes and lower asymptotes")
        ->required()
        ->check(CLI::IsMember(&models))
        ->type_name("1PL|2PL|3PL|GRM|GPCM")
        ->option_text("1PL|2PL|3PL|GRM|GPCM");
    tool->add_option("--points", options.points, "Points of the quadrature; default: as in the definition, or 61")
        ->check(CLI::Range(2, static_cast<int>(domain::limits::quadrature_points)))
        ->type_name("N")
        ->option_text("N");
    tool->add_option("--threads", options.threads, "Threads; default: cores")
        ->check(CLI::Range(1, 1024))
        ->type_name("N")
        ->option_text("N");
    tool->add_option("SUBMISSIONS.jsonl", options.submissions, "Submissions, one a line; without, standard input");
    declare_format(*tool, options.format, "json");
    options.terminal = isatty(STDERR_FILENO) == 1;
    return tool;
}

CLI::App* declare_report(CLI::App& app, tools::report_options& options) {
    auto* const tool = app.add_subcommand("report", "Write a personal report for each submission as an HTML file");
    tool->add_option("--test", options.test, "Definition")->required()->type_name("TEST.json");
    tool->add_option("--out", options.folder, "Folder for the reports")->required()->type_name("DIR");
    declare_profile(*tool, options.profile, "full");
    tool->add_option("SUBMISSIONS.jsonl", options.submissions, "Submissions, one a line; without, standard input");
    declare_format(*tool, options.format);
    options.engine_version = version;
    return tool;
}

CLI::App* declare_health(CLI::App& app, tools::health_options& options) {
    auto* const tool = app.add_subcommand("health", "Exit 0 when a service is ready: for container health checks");
    tool->add_option("URL", options.url, "What to ask")->capture_default_str();
    declare_format(*tool, options.format);
    return tool;
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
    tool_options tool;
    const auto* const check = declare_check(app, tool.check);
    const auto* const score = declare_score(app, tool.score);
    const auto* const calibrate = declare_calibrate(app, tool.calibrate);
    const auto* const report = declare_report(app, tool.report);
    const auto* const health = declare_health(app, tool.health);
    try {
        app.parse(argc, argv);
        if (check->parsed()) return tools::run_check(tool.check, std::cout, std::cerr);
        if (score->parsed()) return tools::run_score(tool.score, std::cin, std::cout, std::cerr);
        if (calibrate->parsed()) return tools::run_calibrate(tool.calibrate, std::cin, std::cout, std::cerr);
        if (report->parsed()) return tools::run_report(tool.report, std::cin, std::cout, std::cerr);
        if (health->parsed()) return tools::run_health(tool.health, std::cout, std::cerr);
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
        return parse_and_run(argc, argv);
    } catch (const usage_error& error) {
        std::cerr << "gradesvc: " << error.what() << '\n';
        return wrong_use;
    } catch (const std::exception& error) {
        std::cerr << "gradesvc: " << error.what() << '\n';
        return 1;
    }
}

} // namespace gradesvc::roles
