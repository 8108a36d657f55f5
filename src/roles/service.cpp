#include "roles/service.hpp"

#include "codec/object_writer.hpp"
#include "embedded/folder_lock.hpp"
#include "gradesvc/embedded/log.hpp"
#include "gradesvc/kafka/log.hpp"
#include "gradesvc/telemetry/log.hpp"
#include "version.hpp"

#include <algorithm>
#include <system_error>
#include <thread>

namespace gradesvc::roles {

using namespace std::chrono_literals;
using telemetry::level;

namespace {

constexpr auto tick = 50ms; // how often waits look again
constexpr auto retry_interval = 1s;
constexpr auto drain_grace = 1s; // for a commit under way at the end of the drain time
constexpr auto lag_interval = 5s;
constexpr auto lag_patience = 500ms;
constexpr auto default_admin = "127.0.0.1:9464";
constexpr auto any_local_port = "127.0.0.1:0";
constexpr auto log_patience = 10s;      // of one who publishes
constexpr auto connect_patience = 2s;   // then a log that does not answer is away
constexpr auto spool_patience = 1800ms; // the same where there is a spool; librdkafka notices up to a second later

const char* name_of(role r) {
    switch (r) {
    case role::all: return "all";
    case role::api: return "api";
    case role::worker: return "worker";
    }
    return "";
}

int io_threads() { return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, 8); }

} // namespace

service::service(const service_options& options, end_of_service& end)
    : options_(options), end_(end), names_(options.topic_prefix), metrics_(version) {
    if (options.tests) definitions_ = read_tests(*options.tests);
    try {
        if (!std::filesystem::exists(options.data)) check_addresses();
        open_log();
        open_publishers();
        const auto failed = [this](const std::string& why) { end_.fail(why); };
        catalog_follower_.emplace(
            *log_, log_follower::setup{"tests",
                                       {names_.definitions},
                                       [this](std::span<const ports::record> records, const ports::positions& next) {
                                           apply_tests(records, next);
                                       },
                                       failed,
                                       {},
                                       ports::flow::trickle});
        if (options.has_api()) {
            view_.emplace(options.data, *log_, names_, clock_, options.keep, failed);
            submit_.emplace(catalog_, *publisher_, clock_, names_);
            publish_test_.emplace(catalog_, *catalog_follower_, *direct_, clock_, names_);
            open_http();
        }
        open_admin();
        if (options.has_worker() && options.instance.empty()) instance_.emplace(options.data);
    } catch (const ports::log_unavailable& error) {
        throw std::runtime_error(error.what()); // no mistake: a service manager may try again
    } catch (const ports::log_error& error) {
        throw usage_error(error.what());
    } catch (const http::listen_error& error) {
        throw usage_error(error.what());
    } catch (const std::system_error& error) {
        throw usage_error(std::string("--data: ") + error.what());
    }
}

void service::apply_tests(std::span<const ports::record> records, const ports::positions& next) {
    for (const auto& record : records)
        if (const auto why = catalog_.apply(record); !why.empty())
            telemetry::log(level::warn, "a published test cannot be used", {{"offset", record.offset}, {"error", why}});
    if (tests_copy_) tests_copy_->keep(records, next, catalog_.complete());
}

service::~service() {
    // They may still answer requests of the API: before it goes.
    if (catalog_follower_) catalog_follower_->stop();
    if (view_) view_->follower().stop();
}

// Binds and lets go again: an address that is taken is found before a data folder is made for nothing.
void service::check_addresses() {
    if (!options_.has_api()) return;
    const http::server probe(http::config{options_.listen, 1}, http::admin_services{metrics_, {}});
}

void service::open_log() {
    if (options_.brokers.empty()) {
        log_ = embedded::make_log({.directory = options_.data});
        return;
    }
    if (options_.has_api()) data_lock_.emplace(options_.data);
    log_ = kafka::make_log({.brokers = options_.brokers,
                            .client_id = std::string("gradesvc-") + name_of(options_.role),
                            .properties = options_.kafka,
                            .replication = options_.replication,
                            .publish_timeout = options_.has_api() && options_.spool ? spool_patience : log_patience});
}

// Submissions are spooled while the log is away; tests are not. What an earlier process has spooled is drained in any
// case.
void service::open_publishers() {
    auto log = log_->make_publisher();
    direct_ = log.get();
    const auto file = options_.data / "spool.db";
    if (options_.brokers.empty() || !options_.has_api()) {
        publisher_ = std::move(log);
    } else if (options_.spool || std::filesystem::exists(file)) {
        auto made = spool::make_publisher(
            {.file = file, .limit_bytes = options_.spool ? options_.spool_limit : 0}, std::move(log),
            [this] { return log_->make_patient_publisher(); }, metrics_);
        spool_ = made.get();
        tests_copy_.emplace(options_.data / "tests.db");
        publisher_ = std::move(made);
    } else {
        publisher_ = std::make_unique<prompt_publisher>(std::move(log));
    }
}

void service::open_http() {
    const http::limits limits{.max_body = options_.max_body,
                              .max_header = options_.max_header,
                              .max_connections = static_cast<std::size_t>(options_.max_connections)};
    prompt_view_.emplace(view_->follower(), *direct_);
    if (spool_ != nullptr) spooled_rows_.emplace(view_->rows(), *spool_, *prompt_view_, names_);
    const ports::read_model& rows = spooled_rows_ ? *spooled_rows_ : view_->rows();
    ports::follower* view = &view_->follower();
    if (!options_.brokers.empty()) view = &*prompt_view_;
    api_ = std::make_unique<http::server>(http::config{options_.listen, io_threads()},
                                          http::api_services{*submit_, *publish_test_, catalog_, rows, *view,
                                                             view_->watch(), metrics_, [this] { return readiness(); }},
                                          limits);
    api_->start();
    for (const auto& address : api_->listening())
        telemetry::log(level::info, "listening", {{"url", "http://" + address}});
}

void service::open_admin() {
    const auto wanted = options_.admin_listen.value_or(options_.has_api() ? "off" : default_admin);
    if (wanted == "off") return;
    const http::admin_services services{metrics_, [this] { return readiness(); }};
    try {
        admin_ = std::make_unique<http::server>(http::config{{wanted}, 1}, services);
    } catch (const http::listen_error& error) {
        if (options_.admin_listen) throw;
        admin_ = std::make_unique<http::server>(http::config{{any_local_port}, 1}, services);
        telemetry::log(level::warn, "the default admin address is taken: another port is used",
                       {{"error", error.what()}});
    }
    admin_->start();
    for (const auto& address : admin_->listening())
        telemetry::log(level::info, "admin listening", {{"url", "http://" + address}});
}

// Called on io threads.
http::readiness service::readiness() const {
    const auto now = phase_.load();
    const auto* const worker = running_worker_.load();
    const auto kept = spool_ != nullptr ? spool_->state() : spool::state{};
    const bool away = !direct_->available();
    const bool storing = publisher_->available();
    const bool by_memory =
        remembered_ && away && now != phase::draining && std::chrono::steady_clock::now() - made_at_ > connect_patience;
    const bool started = now == phase::running || by_memory;
    const bool scoring = !options_.has_worker() || (worker != nullptr && worker->ready()) || (storing && away);
    http::readiness answer{started && storing && scoring && !end_.due(), {}};
    const char* status = "ready";
    if (now == phase::draining || end_.due())
        status = "draining";
    else if ((now == phase::waiting_for_log && !by_memory) || (!storing && kept.mode == spool::mode::direct))
        status = "waiting for the log";
    else if (now == phase::replaying && !by_memory)
        status = "replaying";
    else if (!storing)
        status = kept.mode == spool::mode::draining ? "draining the spool" : "the spool takes no more";
    else if (!scoring)
        status = "joining the group";
    else if (kept.mode == spool::mode::draining)
        status = "draining the spool";
    else if (kept.mode == spool::mode::spooling || away)
        status = "spooling";
    codec::object_writer json(answer.json);
    json.text("status", std::string_view(status)).text("role", std::string_view(name_of(options_.role)));
    json.number("tests_replayed", catalog_follower_->progress());
    if (view_) json.number("results_replayed", view_->progress());
    if (spool_ != nullptr)
        json.integer("spool_records", static_cast<std::int64_t>(kept.records))
            .integer("spool_bytes", static_cast<std::int64_t>(kept.bytes));
    json.close();
    return answer;
}

int service::run() {
    if (!end_.due() && start_parts()) {
        phase_ = phase::running;
        manager_.ready();
        telemetry::log(level::info, "ready", {{"role", name_of(options_.role)}, {"version", version}});
        try {
            attend();
        } catch (const std::exception& error) {
            end_.fail(error.what());
        }
    }
    return drain();
}

bool service::start_parts() {
    remember_tests();
    if (!await_topics()) return false;
    if (spool_ != nullptr) spool_->start_draining();
    // Or the first submissions would take the way over the spool.
    if (options_.has_api() && !await("connecting to the broker", [this] { return direct_->available(); })) return false;
    phase_ = phase::replaying;
    catalog_follower_->start();
    if (view_ && !await("waiting for the log", [this] { return view_->start(); })) return false;
    if (!await("reading the published tests", [this] { return catalog_follower_->replayed(); })) return false;
    catalog_.set_complete();
    if (options_.has_api() && !publish_definitions()) return false;
    if (view_ && !await("replaying the log", [this] { return view_->follower().replayed(); })) return false;
    if (!options_.has_worker()) return true;

    const auto& instance = instance_ ? instance_->text() : options_.instance;
    worker_ = std::make_unique<scoring_worker>(
        scoring_parts{*log_, catalog_, *catalog_follower_, names_, clock_, metrics_, end_}, options_, instance);
    running_worker_ = worker_.get();
    telemetry::log(level::info, "worker started", {{"group", options_.group}, {"instance", instance}});
    return await("joining the group", [this] { return worker_->ready(); });
}

// Waits for something that other threads bring about; false: there is a reason to end.
bool service::await(const std::string& what, const std::function<bool()>& done) {
    while (!done()) {
        manager_.starting(what);
        if (end_.wait(tick)) return false;
    }
    return true;
}

bool service::await_topics() {
    bool said = false;
    while (!try_topics()) {
        if (!std::exchange(said, true))
            telemetry::log(level::warn, "waiting for the broker", {{"brokers", options_.brokers}});
        manager_.starting("waiting for the broker");
        if (end_.wait(retry_interval)) return false;
    }
    return true;
}

// Until the log has been read, submissions are accepted by the tests as they were known last.
void service::remember_tests() {
    if (!tests_copy_) return;
    const auto count = tests_copy_->read([this](const ports::record& record) { catalog_.remember(record); });
    remembered_ = count > 0;
    if (remembered_) telemetry::log(level::info, "tests known from before", {{"count", count}});
}

bool service::try_topics() {
    const std::vector<ports::topic_spec> specs{
        {names_.submissions, options_.partitions, options_.keep},
        {names_.results, options_.partitions, options_.keep},
        {names_.definitions, 1},
        {names_.dead_letters, options_.partitions, options_.keep},
    };
    try {
        const auto partitions = log_->ensure_topics(specs);
        if (partitions[0] != partitions[1])
            throw usage_error("topics " + names_.submissions + " and " + names_.results +
                              " must have equal partition counts, not " + std::to_string(partitions[0]) + " and " +
                              std::to_string(partitions[1]));
        return true;
    } catch (const ports::log_unavailable&) {
        return false;
    } catch (const ports::log_error& error) {
        throw usage_error(error.what());
    }
}

bool service::publish_definitions() {
    if (!options_.tests && options_.role == role::all && catalog_.all_latest().empty()) definitions_ = bundled_tests();
    for (;;) try {
            publish_tests(definitions_, *publish_test_, catalog_);
            return true;
        } catch (const ports::log_unavailable& error) {
            telemetry::log(level::warn, "the tests cannot be published yet", {{"error", error.what()}});
            if (end_.wait(retry_interval)) return false;
        }
}

void service::attend() {
    while (!end_.wait(200ms)) {
        manager_.alive();
        const auto compiled = catalog_.compiled();
        metrics_.compiled_tests(compiled.count, compiled.bytes);
        measure_lag();
    }
}

void service::measure_lag() {
    const auto now = std::chrono::steady_clock::now();
    if (!worker_ || now < next_lag_) return;
    next_lag_ = now + lag_interval;
    const auto standings = worker_->standings();
    const auto wall = clock_.now();
    try {
        const std::vector<std::string> topic{names_.submissions};
        for (const auto& [where, end] : log_->end(topic, lag_patience)) {
            const auto at = standings.find(where.second);
            if (at == standings.end()) {
                metrics_.forget_lag(where.first, where.second);
                continue;
            }
            const auto& [position, oldest] = at->second;
            metrics_.consumer_lag(where.first, where.second,
                                  static_cast<double>(std::max<std::int64_t>(0, end - position)),
                                  oldest ? std::max<telemetry::seconds>(0s, wall - *oldest) : 0s);
        }
    } catch (const ports::log_error& error) { // for now, or without the right to ask
        telemetry::log(level::debug, "the lag cannot be measured", {{"error", error.what()}});
    }
}

int service::drain() {
    phase_ = phase::draining;
    const auto deadline = std::chrono::steady_clock::now() + options_.drain_timeout;
    const auto left = [deadline] {
        const auto rest = deadline - std::chrono::steady_clock::now();
        return std::max(1ms, std::chrono::duration_cast<std::chrono::milliseconds>(rest));
    };
    manager_.stopping(options_.drain_timeout + 5s);
    if (worker_) worker_->request_stop();
    if (api_ && !api_->drain(left())) telemetry::log(level::warn, "requests were cut off at the end of the drain time");
    if (!publisher_->flush(left())) telemetry::log(level::warn, "records were not acknowledged within the drain time");
    const bool worker_ended = !worker_ || worker_->drain(left() + drain_grace);
    const auto why = end_.failure();
    telemetry::log(level::info, "ended", {{"role", name_of(options_.role)}});
    const int code = why.empty() ? 0 : 1;
    // Threads inside a job, or in a commit that no broker answers, still use what would be destroyed. What they have not
    // committed is left to the next worker.
    if (!worker_ended || (worker_ && worker_->stuck_threads() > 0)) std::_Exit(code);
    if (admin_) admin_->drain(100ms);
    running_worker_ = nullptr;
    worker_.reset();
    return code;
}

} // namespace gradesvc::roles
