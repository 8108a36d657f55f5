// The running service of a role: makes the parts, starts them in order, ends them in order.
#pragma once

#include "embedded/folder_lock.hpp"
#include "gradesvc/app/publish_test.hpp"
#include "gradesvc/app/submit.hpp"
#include "gradesvc/http/server.hpp"
#include "gradesvc/readmodel/tests_copy.hpp"
#include "gradesvc/worker/worker.hpp"
#include "roles/instance_name.hpp"
#include "roles/options.hpp"
#include "roles/result_view.hpp"
#include "roles/scoring_worker.hpp"
#include "roles/service_manager.hpp"
#include "roles/signals.hpp"
#include "roles/spooled_rows.hpp"
#include "roles/system_clock.hpp"
#include "roles/test_folder.hpp"
#include "roles/when_away.hpp"

#include <atomic>
#include <optional>

namespace gradesvc::roles {

/// Main thread only; one use.
class service {
public:
    /// Takes what can be taken without a broker: data folder, addresses, definitions. Throws usage_error.
    service(const service_options& options, end_of_service& end);
    ~service();

    /// Runs until there is a reason to end, then drains. Returns the exit code; throws usage_error when the log is not
    /// as it must be.
    int run();

private:
    enum class phase : std::uint8_t { waiting_for_log, replaying, running, draining };

    void check_addresses();
    void open_log();
    void open_publishers();
    void open_http();
    void open_admin();
    http::readiness readiness() const;
    void apply_tests(std::span<const ports::record> records, const ports::positions& next);

    bool start_parts(); // false: there is a reason to end
    bool await_topics();
    bool try_topics();
    void remember_tests();
    bool await(const std::string& what, const std::function<bool()>& done);
    bool publish_definitions();
    void attend();
    void measure_lag();
    int drain();

    const service_options& options_;
    end_of_service& end_;
    app::topics names_;
    system_clock clock_;
    telemetry::metrics metrics_;
    service_manager manager_;
    std::atomic<phase> phase_{phase::waiting_for_log};
    std::vector<test_document> definitions_;

    std::optional<embedded::folder_lock> data_lock_; // of an API on Kafka; the embedded log has its own
    std::optional<instance_name> instance_;
    std::unique_ptr<ports::log> log_;
    std::unique_ptr<ports::publisher> publisher_; // of submissions
    ports::publisher* direct_ = nullptr;          // of everything else; part of it
    spool::publisher* spool_ = nullptr;           // the same publisher, where there is a spool
    app::catalog catalog_;
    std::optional<readmodel::tests_copy> tests_copy_; // where there is a spool
    std::atomic<bool> remembered_{false};             // it held some
    const std::chrono::steady_clock::time_point made_at_ = std::chrono::steady_clock::now();
    std::optional<log_follower> catalog_follower_;
    std::optional<result_view> view_;
    std::optional<prompt_follower> prompt_view_;
    std::optional<spooled_rows> spooled_rows_;
    std::optional<app::submit> submit_;
    std::optional<app::publish_test> publish_test_;
    std::unique_ptr<http::server> api_, admin_;
    std::unique_ptr<scoring_worker> worker_;
    std::atomic<scoring_worker*> running_worker_{nullptr}; // for readiness, once it runs
    std::chrono::steady_clock::time_point next_lag_{};
};

} // namespace gradesvc::roles
