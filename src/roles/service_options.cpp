#include "roles/service_options.hpp"

#include "roles/log_options.hpp"
#include "roles/option_sources.hpp"
#include "roles/units.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <set>

namespace gradesvc::roles {

namespace {

constexpr int max_partitions = 1000;
constexpr int max_threads = 1024;

CLI::Option* duration(CLI::App& app, const std::string& name, std::chrono::milliseconds& target,
                      const std::string& help, const std::string& shown) {
    const auto read = [&target, name](const std::string& text) {
        const auto value = parse_duration(text);
        if (!value) throw CLI::ValidationError(name, "\"" + text + "\" is no duration such as 25s, 10m or 90d");
        target = *value;
    };
    return app.add_option_function<std::string>(name, read, help)->default_str(shown)->type_name("DURATION");
}

CLI::Option* size(CLI::App& app, const std::string& name, std::uint64_t& target, const std::string& help,
                  const std::string& shown) {
    const auto read = [&target, name](const std::string& text) {
        const auto value = parse_size(text);
        if (!value) throw CLI::ValidationError(name, "\"" + text + "\" is no size such as 16KiB or 64MiB");
        target = *value;
    };
    return app.add_option_function<std::string>(name, read, help)->default_str(shown)->type_name("SIZE");
}

template <class T>
CLI::Option* choice(CLI::App& app, const std::string& name, T& target, const std::map<std::string, T>& words,
                    const std::string& help, const std::string& shown) {
    std::string list;
    for (const auto& [word, value] : words) list += (list.empty() ? "" : "|") + word;
    const auto read = [&target, words, name, list](const std::string& text) {
        const auto found = words.find(text);
        if (found == words.end()) throw CLI::ValidationError(name, "\"" + text + "\" is not one of " + list);
        target = found->second;
    };
    return app.add_option_function<std::string>(name, read, help)->default_str(shown)->type_name(list);
}

void declare_process(CLI::App& app, service_options& o, std::string& config_file) {
    app.add_option("--config", config_file, "File of options (TOML); flags and environment beat it")->type_name("FILE");
    choice<role>(app, "--role", o.role, {{"all", role::all}, {"api", role::api}, {"worker", role::worker}},
                 "What this process does", "all")
        ->group("What runs");
    declare_brokers(app, o)->group("What runs");
    declare_data(app, o, "State of this process")->group("What runs");
    duration(app, "--drain-timeout", o.drain_timeout, "How long a graceful end may take", "25s")->group("What runs");
    app.add_option_function<std::string>(
           "--log-format",
           [&o](const std::string& text) {
               if (text != "text" && text != "json")
                   throw CLI::ValidationError("--log-format", "\"" + text + "\" is not one of json|text");
               o.log_format = text == "json" ? telemetry::format::json : telemetry::format::text;
           },
           "Form of the log lines; default: text on a terminal, else json")
        ->type_name("json|text")
        ->group("What runs");
    using telemetry::level;
    choice<level>(app, "--log-level", o.log_level,
                  {{"trace", level::trace},
                   {"debug", level::debug},
                   {"info", level::info},
                   {"warn", level::warn},
                   {"error", level::error}},
                  "Least important lines that are logged", "info")
        ->group("What runs");
}

void declare_api(CLI::App& app, service_options& o) {
    app.add_option_function<std::vector<std::string>>(
           "--listen", [&o](const std::vector<std::string>& all) { o.listen = all; },
           "Address of the API; port 0 picks a free one; may be repeated")
        ->default_str("127.0.0.1:8080")
        ->type_name("HOST:PORT")
        ->group("API");
    app.add_flag("--insecure", o.insecure, "Listen beyond loopback although there is no access control")->group("API");
    size(app, "--max-body", o.max_body, "Longest body; of a batch: longest line", "512KiB")->group("API");
    size(app, "--max-header", o.max_header, "Longest header", "16KiB")->group("API");
    app.add_option("--max-connections", o.max_connections, "Connections at a time")
        ->capture_default_str()
        ->group("API");
    choice<bool>(app, "--spool", o.spool, {{"on", true}, {"off", false}},
                 "On Kafka: keep submissions on disk while the broker is away, or answer 503", "on")
        ->group("API");
    size(app, "--spool-limit", o.spool_limit, "How much of them is kept", "1GiB")->group("API");
    app.add_option_function<std::string>(
           "--tests", [&o](const std::string& path) { o.tests = path; },
           "Test definitions (*.json) to publish at start; without, --role=all publishes samples on an empty log")
        ->type_name("DIR")
        ->group("API");
}

void declare_worker(CLI::App& app, service_options& o) {
    declare_group(app, o)->group("Worker");
    app.add_option("--instance", o.instance,
                   "Stable name of this worker; default: host name, a hash of --data and the first free slot in it")
        ->type_name("NAME")
        ->group("Worker");
    app.add_option("--threads", o.threads, "Scoring threads; default: one a core")->type_name("N")->group("Worker");
    using ports::delivery_mode;
    choice<delivery_mode>(
        app, "--delivery", o.delivery,
        {{"exactly-once", delivery_mode::exactly_once}, {"at-least-once", delivery_mode::at_least_once}},
        "Whether results and positions are committed in one transaction", "exactly-once")
        ->group("Worker");
    duration(
        app, "--dedup-window", o.dedup_window,
        "How long the id of a submission is recognised, which comes again then without a second result; 0 = not at "
        "all",
        "24h")
        ->group("Worker");
    choice<scoring::profile>(app, "--profile", o.profile, profile_words(), "How much is computed", "standard")
        ->group("Worker");
    app.add_option("--max-attempts", o.max_attempts, "Failed attempts after which a submission becomes a dead letter")
        ->capture_default_str()
        ->group("Worker");
    duration(app, "--score-timeout", o.score_timeout, "How long the scoring of one submission may take", "60s")
        ->group("Worker");
    app.add_option_function<std::string>(
           "--admin-listen", [&o](const std::string& address) { o.admin_listen = address; },
           "Health and metrics of a worker, or off; default 127.0.0.1:9464, or a free port where that is taken; "
           "api and all have them on the port of the API")
        ->type_name("HOST:PORT|off")
        ->group("Worker");
}

void declare_log(CLI::App& app, service_options& o) {
    declare_kafka(app, o)->group("Log");
    declare_topic_prefix(app, o)->group("Log");
    app.add_option("--partitions", o.partitions, "Partitions of new topics")->capture_default_str()->group("Log");
    app.add_option("--replication", o.replication, "Copies of new topics; default 3, or the number of brokers if less")
        ->type_name("N")
        ->group("Log");
    duration(app, "--keep", o.keep, "How long submissions, results and dead letters are kept", "90d")->group("Log");
}

void require(bool good, const std::string& otherwise) {
    if (!good) throw usage_error(otherwise);
}

void check_numbers(const service_options& o) {
    require(o.partitions >= 1 && o.partitions <= max_partitions, "--partitions: must be 1 to 1000");
    require(o.replication >= 0 && o.replication <= 100, "--replication: must be 1 to 100");
    require(o.threads >= 0 && o.threads <= max_threads, "--threads: must be 1 to 1024");
    require(o.max_connections >= 1, "--max-connections: must be at least 1");
    require(o.max_body >= 1024 && o.max_body <= 64 * 1024 * 1024, "--max-body: must be 1KiB to 64MiB");
    require(o.max_header >= 1024 && o.max_header <= 1024 * 1024, "--max-header: must be 1KiB to 1MiB");
    require(o.spool_limit >= 1024 * 1024, "--spool-limit: must be at least 1MiB; --spool=off keeps nothing");
    require(o.keep >= std::chrono::minutes(1), "--keep: must be at least 1m");
    require(o.max_attempts >= 1 && o.max_attempts <= 1000, "--max-attempts: must be 1 to 1000");
    require(o.score_timeout >= std::chrono::milliseconds(100), "--score-timeout: must be at least 100ms");
    require(o.drain_timeout.count() > 0, "--drain-timeout: must be more than 0");
}

// HOST:PORT or [IPV6]:PORT, as far as the text goes.
bool is_endpoint(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return false;
    unsigned port = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + colon + 1, last, port);
    return error == std::errc() && end == last && port <= 65'535;
}

void check_addresses(const service_options& o) {
    for (const auto& endpoint : o.listen) {
        require(is_endpoint(endpoint), "--listen " + endpoint + ": is not HOST:PORT");
        require(!o.has_api() || o.insecure || is_loopback(endpoint),
                "--listen " + endpoint + ": there is no access control; beyond loopback only with --insecure");
    }
    require(!o.admin_listen || o.admin_listen == "off" || is_endpoint(*o.admin_listen),
            "--admin-listen " + o.admin_listen.value_or("") + ": is not HOST:PORT or off");
}

void check_work(const service_options& o) {
    for (const auto* known : {"analytics", "notifiers"})
        require(o.group != known, "--group " + o.group + ": this version has no such work yet; it knows scorers");
}

// Flags given on the command line are held against the role: who writes them there means something by them.
void check_role_flags(const std::set<std::string>& flags, const service_options& o) {
    const auto refuse = [&](std::initializer_list<const char*> names, const std::string& why) {
        for (const auto* name : names) require(!flags.contains(name), std::string(name) + " " + why);
    };
    if (o.role == role::worker)
        refuse({"--listen", "--insecure", "--max-body", "--max-header", "--max-connections", "--tests", "--spool",
                "--spool-limit"},
               "means nothing for --role=worker: it has no API");
    if (o.role == role::api)
        refuse({"--group", "--instance", "--threads", "--delivery", "--profile", "--max-attempts", "--score-timeout",
                "--dedup-window"},
               "means nothing for --role=api: it scores nothing");
    if (o.brokers.empty())
        refuse({"--kafka", "--replication", "--delivery", "--spool", "--spool-limit"},
               "needs --brokers: it is about Kafka");
}

void check_options(const service_options& o) {
    require(o.role == role::all || !o.brokers.empty(),
            std::string("--role=") + (o.role == role::api ? "api" : "worker") +
                " needs --brokers: the embedded log serves one process, --role=all");
    check_numbers(o);
    check_log_options(o);
    if (!o.instance.empty()) check_name("--instance", o.instance);
    if (o.has_worker()) check_work(o);
    check_addresses(o);
    if (o.tests) require(std::filesystem::is_directory(*o.tests), "--tests: " + o.tests->string() + " is not a folder");
}

} // namespace

void declare_options(CLI::App& app, service_options& options, std::string& config_file) {
    declare_process(app, options, config_file);
    declare_api(app, options);
    declare_worker(app, options);
    declare_log(app, options);
}

void complete_options(CLI::App& app, const service_options& options, const std::string& config_file) {
    std::set<std::string> flags;
    for (const auto* option : app.get_options())
        if (option->count() > 0) flags.insert(option->get_name());
    apply_environment_and_file(app, config_file);
    check_role_flags(flags, options);
    check_options(options);
}

bool is_loopback(const std::string& endpoint) {
    const auto host = endpoint.substr(0, endpoint.rfind(':'));
    const bool number = host.find_first_not_of("0123456789.") == std::string::npos; // not a name that begins like one
    return (number && host.starts_with("127.")) || host == "localhost" || host == "[::1]";
}

} // namespace gradesvc::roles
