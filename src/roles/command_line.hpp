// The command line: the service by default, tools as subcommands.
#pragma once

namespace gradesvc::roles {

/// Returns the exit code: 0 done, 1 failed later (tools: findings), 2 wrong options, configuration or environment.
int run(int argc, const char* const* argv);

} // namespace gradesvc::roles
