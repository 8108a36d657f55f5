#include "gradesvc/tools/dlq.hpp"
#include "roles/log_access.hpp"
#include "roles/system_clock.hpp"
#include "roles/tool.hpp"
#include "tools/foreign_text.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <iostream>
#include <unistd.h>

namespace gradesvc::roles {

namespace {

constexpr double most_a_second = 1'000'000;
constexpr std::size_t longest_because = 1000;

/// What each of the commands needs: its options and the log.
template <class Options>
struct command {
    command(CLI::App& dlq, CLI::App& service, const std::string& name, const std::string& help)
        : words(*dlq.add_subcommand(name, help)), access(words, service, group_use::none) {}

    template <class Run>
    int with_log(log_use use, Run run) {
        const auto log = access.open(use);
        const auto names = access.names();
        return run(tools::dlq_parts{*log, names, system_clock().now()});
    }

    CLI::App& words;
    log_access access;
    Options options;
    bool all = false;
};

using list_command = command<tools::dlq_list_options>;
using show_command = command<tools::dlq_show_options>;
using replay_command = command<tools::dlq_replay_options>;
using discard_command = command<tools::dlq_discard_options>;

void declare_filters(CLI::App& app, tools::dlq_selection& which) {
    app.add_option("--reason", which.reason, "Those with this reason")->type_name("CODE")->group("Which");
    app.add_option("--test", which.test, "Those of submissions of this test")->type_name("ID")->group("Which");
}

/// Of what changes something: nothing is meant unless it is said.
template <class Options>
void declare_selection(command<Options>& of) {
    of.words.add_option("ID", of.options.which.id, "A submission, or PARTITION/OFFSET of one dead letter")
        ->group("Which");
    declare_filters(of.words, of.options.which);
    of.words.add_flag("--all", of.all, "All open dead letters")->group("Which");
    of.words.add_flag("--dry-run", of.options.dry_run, "Say how many, change nothing");
    of.options.terminal = isatty(STDERR_FILENO) == 1;
}

void check_selection(const tools::dlq_selection& which, bool all) {
    const bool filtered = which.reason || which.test;
    if (int(which.id.has_value()) + int(filtered) + int(all) != 1)
        throw usage_error("dlq: say which dead letters: an ID, or --reason and --test, or --all");
}

void declare_rate(CLI::App& app, double& rate) {
    const auto read = [&rate](std::string text) {
        if (text.ends_with("/s")) text.resize(text.size() - 2);
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
        if (error != std::errc() || end != text.data() + text.size() || !(rate > 0) || rate > most_a_second)
            throw CLI::ValidationError("--rate", "must be a number of dead letters a second, such as 50/s");
    };
    app.add_option_function<std::string>("--rate", read, "At most so many a second")
        ->default_str("1000/s")
        ->type_name("N/s");
}

void declare_because(CLI::App& app, std::string& because) {
    const auto read = [&because](const std::string& text) {
        if (text.find_first_not_of(' ') == std::string::npos || text.size() > longest_because ||
            tools::printable(text) != text)
            throw CLI::ValidationError("--because", "must be a line of text, at most 1000 bytes");
        because = text;
    };
    app.add_option_function<std::string>("--because", read, "Why; it is kept with the dead letters")
        ->required()
        ->type_name("REASON");
}

std::shared_ptr<list_command> declare_list(CLI::App& dlq, CLI::App& service) {
    auto list = std::make_shared<list_command>(dlq, service, "list", "Dead letters by cause");
    declare_filters(list->words, list->options.which);
    declare_format(list->words, list->options.format);
    return list;
}

std::shared_ptr<show_command> declare_show(CLI::App& dlq, CLI::App& service) {
    auto show = std::make_shared<show_command>(dlq, service, "show", "Everything about one dead letter");
    show->words.add_option("ID", show->options.id, "A submission, or PARTITION/OFFSET of one dead letter")->required();
    declare_format(show->words, show->options.format);
    return show;
}

std::shared_ptr<replay_command> declare_replay(CLI::App& dlq, CLI::App& service) {
    auto replay = std::make_shared<replay_command>(dlq, service, "replay",
                                                   "Hand the submissions of open dead letters in again, as they were");
    declare_selection(*replay);
    declare_rate(replay->words, replay->options.rate);
    declare_format(replay->words, replay->options.format);
    return replay;
}

std::shared_ptr<discard_command> declare_discard(CLI::App& dlq, CLI::App& service) {
    auto discard =
        std::make_shared<discard_command>(dlq, service, "discard", "Give open dead letters up: they count no more");
    declare_selection(*discard);
    declare_because(discard->words, discard->options.because);
    declare_format(discard->words, discard->options.format);
    return discard;
}

} // namespace

tool declare_dlq(CLI::App& app) {
    auto* const dlq = app.add_subcommand("dlq", "Dead letters: look at them, replay or discard them");
    dlq->require_subcommand(1);
    const auto list = declare_list(*dlq, app);
    const auto show = declare_show(*dlq, app);
    const auto replay = declare_replay(*dlq, app);
    const auto discard = declare_discard(*dlq, app);
    const auto run = [=] {
        using parts = tools::dlq_parts;
        if (list->words.parsed())
            return list->with_log(log_use::read,
                                  [&](const parts& p) { return tools::run_dlq_list(list->options, p, std::cout); });
        if (show->words.parsed())
            return show->with_log(log_use::read, [&](const parts& p) {
                return tools::run_dlq_show(show->options, p, std::cout, std::cerr);
            });
        if (replay->words.parsed()) {
            check_selection(replay->options.which, replay->all);
            return replay->with_log(log_use::write, [&](const parts& p) {
                return tools::run_dlq_replay(replay->options, p, std::cout, std::cerr);
            });
        }
        check_selection(discard->options.which, discard->all);
        return discard->with_log(log_use::write, [&](const parts& p) {
            return tools::run_dlq_discard(discard->options, p, std::cout, std::cerr);
        });
    };
    return {dlq, run};
}

} // namespace gradesvc::roles
