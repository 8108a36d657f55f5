#include "roles/scoring_worker.hpp"

#include "version.hpp"

#include <algorithm>
#include <memory>

namespace gradesvc::roles {

namespace {

// Dead letters are rare and come from several threads: one settler behind a mutex.
struct dead_letter_writer {
    dead_letter_writer(const scoring_parts& parts)
        : clock(parts.clock), settler(parts.tests, parts.tests_follower, parts.names, version) {}

    app::settled operator()(const ports::record& record, std::string_view code, std::string_view detail, int attempts,
                            bool with_value) {
        std::lock_guard lock(mutex);
        return settler.dead_letter(record, code, detail, attempts, clock.now(), with_value);
    }

    ports::clock& clock;
    std::mutex mutex; // guards settler
    app::settler settler;
};

} // namespace

worker::collaborators scoring_worker::collaborators_of(const scoring_parts& parts, scoring::profile profile) {
    auto dead = std::make_shared<dead_letter_writer>(parts);
    return {
        .make_settle =
            [parts, profile] {
                auto settler =
                    std::make_shared<app::settler>(parts.tests, parts.tests_follower, parts.names, version, profile);
                return [settler, &clock = parts.clock](const ports::record& record) {
                    return (*settler)(record, clock.now());
                };
            },
        .too_large =
            [dead](const ports::record& record, bool with_value) {
                return (*dead)(record, "too_large", "The result is larger than the log takes.", 1, with_value);
            },
        .failed = [dead](const ports::record& record, std::string_view code, std::string_view detail,
                         int attempts) { return (*dead)(record, code, detail, attempts, true); },
        .clock = parts.clock,
        .metrics = parts.metrics,
    };
}

worker::options scoring_worker::options_of(const scoring_parts& parts, const service_options& options) {
    worker::options how;
    how.topic = parts.names.submissions;
    how.threads =
        options.threads > 0 ? options.threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    how.drain_timeout = options.drain_timeout;
    return how;
}

scoring_worker::scoring_worker(const scoring_parts& parts, const service_options& options, const std::string& instance)
    : worker_(parts.log.make_consumer({.group = options.topic_prefix + options.group,
                                       .topic = parts.names.submissions,
                                       .instance = instance,
                                       .mode = options.delivery}),
              collaborators_of(parts, options.profile), options_of(parts, options)),
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
