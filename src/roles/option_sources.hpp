// Fills the options that the command line left out from the environment and the file of --config: flag beats environment
// beats file beats default.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace gradesvc::roles {

/// GRADESVC_MAX_BODY for --max-body; repeatable options are separated by newlines. `file` "" = none. Throws usage_error
/// for an unreadable file or an unknown key, and CLI::ParseError for a value that an option refuses.
void apply_environment_and_file(CLI::App& app, const std::string& file);

} // namespace gradesvc::roles
