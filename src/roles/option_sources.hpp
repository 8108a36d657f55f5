// Fills the options that the command line left out from the environment and the file of --config: flag beats environment
// beats file beats default.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace gradesvc::roles {

/// GRADESVC_MAX_BODY for --max-body; repeatable options are separated by newlines. `file` "" = the one that the environment
/// names, if any. Throws usage_error for an unreadable file, an unknown key and a value that an option refuses.
void apply_environment_and_file(CLI::App& app, const std::string& file);

/// The same for options of a tool: a file may have all keys of the service.
void apply_environment_and_file(const std::vector<CLI::Option*>& options, CLI::App& service, const std::string& file);

} // namespace gradesvc::roles
