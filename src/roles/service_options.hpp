// Declares the options of the service on a command line parser and checks what they add up to.
#pragma once

#include "roles/options.hpp"

#include <string>

namespace CLI {
class App;
}

namespace gradesvc::roles {

/// Adds every option; the parser writes into `options` and `config_file`.
void declare_options(CLI::App& app, service_options& options, std::string& config_file);

/// After the command line is parsed: fills in what it left out from the environment and the file, and checks it all.
/// Flags that mean nothing for the role (in the environment or a shared file they do no harm), combinations that cannot
/// work and values out of range: throws usage_error. `config_file` "" = the one that the environment names, if any.
void complete_options(CLI::App& app, const service_options& options, const std::string& config_file);

} // namespace gradesvc::roles
