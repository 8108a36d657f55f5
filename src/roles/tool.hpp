// A tool of the command line: a subcommand that declares its options in a file of its own (tool_NAME.cpp).
#pragma once

#include "gradesvc/scoring/scorer.hpp"
#include "gradesvc/tools/output.hpp"

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace gradesvc::roles {

struct tool {
    const CLI::App* command;  ///< whether it was asked for
    std::function<int()> run; ///< after parsing; returns the exit code. What it throws means that it could not run: 2
};

tool declare_check(CLI::App& app);
tool declare_score(CLI::App& app);
tool declare_calibrate(CLI::App& app);
tool declare_report(CLI::App& app);
tool declare_health(CLI::App& app);
tool declare_dlq(CLI::App& app);
tool declare_audit(CLI::App& app);
tool declare_verify(CLI::App& app);

/// Options that several tools have.
void declare_format(CLI::App& tool, tools::output_format& format, const std::string& shown = "text");
void declare_profile(CLI::App& tool, scoring::profile& profile, const std::string& shown);

} // namespace gradesvc::roles
