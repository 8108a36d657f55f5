#include "gradesvc/tools/audit.hpp"
#include "gradesvc/tools/verify.hpp"
#include "roles/log_access.hpp"
#include "roles/system_clock.hpp"
#include "roles/tool.hpp"
#include "roles/units.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <unistd.h>

namespace gradesvc::roles {

namespace {

/// A subcommand with its options and its way to the log.
template <class Options>
struct command {
    command(CLI::App& service, const std::string& name, group_use group, const std::string& help)
        : words(*service.add_subcommand(name, help)), access(words, service, group) {}

    CLI::App& words;
    log_access access;
    Options options{};
};

CLI::Option* duration(CLI::App& app, const std::string& name, std::chrono::milliseconds& target,
                      const std::string& help, const std::string& shown) {
    target = parse_duration(shown).value();
    const auto read = [&target, name](const std::string& text) {
        const auto value = parse_duration(text);
        if (!value) throw CLI::ValidationError(name, "\"" + text + "\" is no duration such as 25s, 10m or 90d");
        target = *value;
    };
    return app.add_option_function<std::string>(name, read, help)->default_str(shown)->type_name("DURATION");
}

CLI::Option* delivery(CLI::App& app, ports::delivery_mode& target) {
    const auto read = [&target](const std::string& word) {
        if (word != "exactly-once" && word != "at-least-once")
            throw CLI::ValidationError("--delivery", "\"" + word + "\" is not one of at-least-once|exactly-once");
        target = word == "exactly-once" ? ports::delivery_mode::exactly_once : ports::delivery_mode::at_least_once;
    };
    return app
        .add_option_function<std::string>("--delivery", read,
                                          "That of the group: under at-least-once the same result again is no finding")
        ->default_str("exactly-once")
        ->type_name("at-least-once|exactly-once");
}

} // namespace

tool declare_audit(CLI::App& app) {
    const auto audit = std::make_shared<command<tools::audit_options>>(
        app, "audit", group_use::named,
        "Prove from the log that no submission was lost or doubled; the service may go on meanwhile");
    auto& how = audit->options.how;
    audit->access.share(delivery(audit->words, how.delivery));
    audit->access.share(duration(audit->words, "--keep", how.keep,
                                 "How long the service keeps dead letters: older submissions may have lost theirs",
                                 "90d"));
    audit->access.share(duration(audit->words, "--dedup-window", how.dedup_window,
                                 "How long the service recognises a repeated id: it has its outcome before", "24h"));
    declare_format(audit->words, audit->options.format);
    audit->options.terminal = isatty(STDERR_FILENO) == 1;
    return {&audit->words, [audit] {
                const auto log = audit->access.open(log_use::read);
                const auto names = audit->access.names();
                audit->options.how.group = audit->access.group();
                audit->options.how.now = system_clock().now();
                return tools::run_audit(audit->options, *log, names, std::cout, std::cerr);
            }};
}

tool declare_verify(CLI::App& app) {
    const auto verify = std::make_shared<command<tools::verify_options>>(
        app, "verify", group_use::none, "Compute stored results again, from submission and test, and compare bytes");
    auto& how = verify->options.how;
    how.engine_version = version;
    verify->words.add_option("--test", how.test, "Only results of this test")->type_name("ID")->group("Which");
    verify->words.add_option("--partition", how.partition, "Only this partition")
        ->check(CLI::NonNegativeNumber)
        ->type_name("N")
        ->group("Which");
    verify->words.add_option("--sample", how.sample, "Only one result in N, the same ones each time")
        ->check(CLI::PositiveNumber)
        ->type_name("N")
        ->group("Which");
    verify->words.add_option("--limit", how.limit, "Stop after N results")
        ->check(CLI::PositiveNumber)
        ->type_name("N")
        ->group("Which");
    verify->words.add_option("--threads", how.threads, "Threads; default: cores")
        ->check(CLI::Range(1, 1024))
        ->type_name("N")
        ->option_text("N");
    declare_format(verify->words, verify->options.format);
    verify->options.terminal = isatty(STDERR_FILENO) == 1;
    return {&verify->words, [verify] {
                const auto log = verify->access.open(log_use::read);
                const auto names = verify->access.names();
                return tools::run_verify(verify->options, *log, names, std::cout, std::cerr);
            }};
}

} // namespace gradesvc::roles
