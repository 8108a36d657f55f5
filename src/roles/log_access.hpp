// What tools that work on a log share: the options about it, as the service has them (flags, environment, file of
// --config), and opening it. Confined to one thread.
#pragma once

#include "gradesvc/app/topics.hpp"
#include "roles/options.hpp"

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace gradesvc::roles {

enum class log_use : std::uint8_t { read, write };
enum class group_use : std::uint8_t { none, named }; ///< whether the tool has --group

class log_access {
public:
    /// Adds the options to `command`, which writes into this object: keep it until the tool has run. `service` has the
    /// options of the service, which a shared file may name.
    log_access(CLI::App& command, CLI::App& service, group_use group = group_use::named);
    log_access(const log_access&) = delete;
    log_access& operator=(const log_access&) = delete;

    /// An option of `command` that the service has too: environment and file count for it as well.
    void share(CLI::Option* option) { declared_.push_back(option); }

    /// Fills in what the command line left out, checks it and opens the log; nothing is made that is not there. A broker is
    /// waited for for ten seconds. A service may own the folder of an embedded log that is only read. Throws
    /// std::runtime_error with what to do.
    std::unique_ptr<ports::log> open(log_use use);

    /// After open().
    app::topics names() const { return app::topics(options_.topic_prefix); }
    std::string group() const { return options_.topic_prefix + options_.group; }

private:
    void complete();
    std::unique_ptr<ports::log> open_kafka() const;
    std::unique_ptr<ports::log> open_embedded(log_use use) const;

    log_options options_;
    std::string config_file_;
    CLI::App& service_;
    std::vector<CLI::Option*> declared_;
};

} // namespace gradesvc::roles
