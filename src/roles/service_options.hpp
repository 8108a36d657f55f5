// Declares the options of the service on a command line parser and checks what they add up to.
#pragma once

#include "roles/options.hpp"

#include <string>

namespace CLI {
class App;
}

namespace gradesvc::roles {

/// Adds every option; the parser writes into `options`, `config_file` and a list of `kafka` settings as given.
void declare_options(CLI::App& app, service_options& options, std::string& config_file);

/// Options that mean nothing for the role, combinations that cannot work, values out of range: throws usage_error.
/// `app` has parsed the command line only so far or everything; only flags given there are held against a role.
void check_role_flags(const CLI::App& app, const service_options& options);
void check_options(const service_options& options);

} // namespace gradesvc::roles
