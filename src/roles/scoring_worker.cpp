#include "roles/scoring_worker.hpp"

#include "version.hpp"

#include <algorithm>
#include <memory>

namespace gradesvc::roles {

namespace {

// The wait for a test that is not here yet does not count as scoring.
class patient_lookup final : public app::test_lookup {
public:
    explicit patient_lookup(const scoring_parts& parts) : tests_(parts.tests, parts.tests_follower) {}

    app::test_ptr find(std::string_view test_id, std::optional<std::int64_t> version, ports::time_ms written,
                       ports::time_ms now) override {
        const worker::untimed wait;
        return tests_.find(test_id, version, written, now);
    }
    std::shared_ptr<const scoring::scorer> scorer_of(const app::published_test& test) override {
        return tests_.scorer_of(test);
    }

private:
    app::catalog_lookup tests_;
};

std::unique_ptr<app::settler> make_settler(const scoring_parts& parts, scoring::profile profile,
                                           const std::string& instance) {
    return std::make_unique<app::settler>(std::make_unique<patient_lookup>(parts), parts.names, version, profile,
                                          instance);
}

// Dead letters are rare and come from several threads: one settler behind a mutex.
struct dead_letter_writer {
    dead_letter_writer(const scoring_parts& parts, const std::string& instance)
        : clock(parts.clock), settler(make_settler(parts, scoring::profile::standard, instance)) {}

    app::settled operator()(const ports::record& record, std::string_view code, std::string_view detail, int attempts,
                            app::letter_form form) {
        std::lock_guard lock(mutex);
        return settler->dead_letter(record, code, detail, attempts, clock.now(), form);
    }

    ports::clock& clock;
    std::mutex mutex; // guards settler
    std::unique_ptr<app::settler> settler;
};

} // namespace

worker::collaborators scoring_worker::collaborators_of(const scoring_parts& parts, const service_options& options,
                                                       const std::string& instance) {
    using app::letter_form;
    auto dead = std::make_shared<dead_letter_writer>(parts, instance);
    return {
        .make_settle =
            [parts, profile = options.profile, instance] {
                std::shared_ptr settler = make_settler(parts, profile, instance);
                return [settler, &clock = parts.clock](const ports::record& record) {
                    return (*settler)(record, clock.now());
                };
            },
        .too_large =
            [dead](const ports::record& record, bool with_value) {
                return (*dead)(record, "too_large", "The result is larger than the log takes.", 1,
                               with_value ? letter_form::whole : letter_form::without_value);
            },
        .failed = [dead](const ports::record& record, std::string_view code, std::string_view detail,
                         int attempts) { return (*dead)(record, code, detail, attempts, letter_form::whole); },
        .unread = [dead](const ports::record& record, std::string_view code, std::string_view detail,
                         int attempts) { return (*dead)(record, code, detail, attempts, letter_form::unread); },
        .clock = parts.clock,
        .metrics = parts.metrics,
        .make_suspect_scorer =
            [parts, profile = options.profile, instance, limit = options.score_timeout, prefix = options.topic_prefix] {
                return worker::make_child_scorer(
                    {.topic_prefix = prefix, .worker = instance, .profile = profile, .time_limit = limit},
                    std::make_unique<patient_lookup>(parts), parts.clock);
            },
        .log = &parts.log,
        .names = parts.names,
    };
}

worker::options scoring_worker::options_of(const scoring_parts& parts, const service_options& options) {
    worker::options how;
    how.topic = parts.names.submissions;
    how.threads =
        options.threads > 0 ? options.threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    how.drain_timeout = options.drain_timeout;
    how.attempts = options.max_attempts;
    how.score_timeout = options.score_timeout;
    how.dedup_window = options.dedup_window;
    return how;
}

scoring_worker::scoring_worker(const scoring_parts& parts, const service_options& options, const std::string& instance)
    : worker_(parts.log.make_consumer({.group = options.topic_prefix + options.group,
                                       .topic = parts.names.submissions,
                                       .instance = instance,
                                       .mode = options.delivery}),
              collaborators_of(parts, options, instance), options_of(parts, options)),
      thread_([this, &end = parts.end](const std::stop_token& stop) {
          try {
              worker_.run(stop);
          } catch (const std::exception& error) {
              end.fail(error.what());
          }
          ended_.set_value();
      }) {}

bool scoring_worker::drain(std::chrono::milliseconds limit) {
    thread_.request_stop();
    if (ended_.get_future().wait_for(limit) != std::future_status::ready) return false;
    thread_.join();
    return true;
}

} // namespace gradesvc::roles
