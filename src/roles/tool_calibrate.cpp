#include "gradesvc/domain/definition_limits.hpp"
#include "gradesvc/tools/calibrate.hpp"
#include "roles/tool.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <map>
#include <unistd.h>

namespace gradesvc::roles {

tool declare_calibrate(CLI::App& app) {
    const auto options = std::make_shared<tools::calibrate_options>();
    using domain::irt_model;
    auto* const command = app.add_subcommand(
        "calibrate", "Estimate item parameters from submissions: marginal maximum likelihood with theta ~ N(0, 1).\n"
                     "Prints the definition with irt, irt_se and calibration (docs/definitions.md)");
    command->add_option("--test", options->test, "Definition")->required()->type_name("TEST.json");
    static const std::map<std::string, irt_model> models{{"1PL", irt_model::one_pl},
                                                         {"2PL", irt_model::two_pl},
                                                         {"3PL", irt_model::three_pl},
                                                         {"GRM", irt_model::grm},
                                                         {"GPCM", irt_model::gpcm}};
    command
        ->add_option_function<std::string>(
            "--model", [options](const std::string& word) { options->model = models.at(word); },
            "Model of all items; 3PL has priors on slopes and lower asymptotes")
        ->required()
        ->check(CLI::IsMember(&models))
        ->type_name("1PL|2PL|3PL|GRM|GPCM")
        ->option_text("1PL|2PL|3PL|GRM|GPCM");
    command->add_option("--points", options->points, "Points of the quadrature; default: as in the definition, or 61")
        ->check(CLI::Range(2, static_cast<int>(domain::limits::quadrature_points)))
        ->type_name("N")
        ->option_text("N");
    command->add_option("--threads", options->threads, "Threads; default: cores")
        ->check(CLI::Range(1, 1024))
        ->type_name("N")
        ->option_text("N");
    command->add_option("SUBMISSIONS.jsonl", options->submissions, "Submissions, one a line; without, standard input");
    declare_format(*command, options->format, "json");
    options->terminal = isatty(STDERR_FILENO) == 1;
    return {command, [options] { return tools::run_calibrate(*options, std::cin, std::cout, std::cerr); }};
}

} // namespace gradesvc::roles
