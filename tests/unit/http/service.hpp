// A running server over the real use cases and a log, read model and follower that live in memory. One thread plays
// the log: it delivers, projects and wakes in order.
#pragma once

#include "client.hpp"
#include "gradesvc/app/catalog.hpp"
#include "gradesvc/app/project.hpp"
#include "gradesvc/app/publish_test.hpp"
#include "gradesvc/app/submit.hpp"
#include "gradesvc/app/watch.hpp"
#include "gradesvc/http/server.hpp"
#include "gradesvc/telemetry/metrics.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace gradesvc::test {

/// Does jobs one after the other on a thread of its own.
class log_thread {
public:
    log_thread() : thread_([this] { run(); }) {}
    ~log_thread();
    void post(std::function<void()> job);
    void hold(bool held); ///< jobs wait while held

private:
    void run();
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> jobs_;
    bool held_ = false;
    bool ending_ = false;
    std::thread thread_;
};

class memory_rows final : public ports::read_model {
public:
    ports::positions stored_positions() override { return {}; }
    void apply(const ports::projection&) override;
    void clear() override {}
    void expire(ports::time_ms) override {}
    std::optional<ports::submission_view> find(const domain::submission_id&) const override;
    std::vector<ports::submission_view> list(const ports::page_request&) const override;
    /// Marks all accepted submissions scored, or failed where the result is "", and returns their ids.
    std::vector<domain::submission_id> settle_all(std::string_view result);

    std::atomic<bool> broken = false; ///< reads throw

private:
    mutable std::mutex mutex_;
    std::map<domain::submission_id, ports::submission_view> rows_;
};

class fixed_clock final : public ports::clock {
public:
    ports::time_ms now() const override {
        return ports::time_ms(std::chrono::milliseconds(1'700'000'000'000 + ticks_++));
    }
    std::array<std::uint64_t, 2> random() override { return {++next_, next_}; }

private:
    mutable std::atomic<int> ticks_ = 0;
    std::atomic<std::uint64_t> next_ = 0;
};

class service : ports::publisher, ports::follower {
public:
    explicit service(http::limits bounds = {}, int threads = 1);
    ~service() override;

    int port() const { return port_; }
    client connect() const { return client(port_); }
    answer ask(std::string_view bytes, bool bodiless = false) const { return connect().ask(bytes, bodiless); }
    /// And wakes who waits.
    void score_all(std::string_view result = R"({"score":{"raw":1}})");
    void fail_all() { score_all(""); }
    std::optional<std::string> header_of_last(std::string_view name) const;

    memory_rows rows;
    app::watch watch;
    telemetry::metrics metrics{"test"};
    std::atomic<bool> away = false;    ///< nothing can be published or caught up with
    std::atomic<bool> at_once = false; ///< deliveries are reported inside publish()
    std::atomic<bool> ready = true;
    std::atomic<int> published = 0;

private:
    void publish(const ports::outgoing& record, ports::delivered done) override;
    bool flush(std::chrono::milliseconds) override { return true; }
    bool available() const override { return true; }
    void catch_up(std::chrono::milliseconds, std::function<void(bool)> done) override;
    void store(const ports::outgoing& record, std::int64_t offset);

    fixed_clock clock_;
    app::topics names_;
    app::catalog tests_;
    app::projector project_{names_};
    mutable std::mutex mutex_; // guards last_
    ports::outgoing last_;
    app::submit submit_{tests_, *this, clock_, names_};
    app::publish_test publish_test_{tests_, *this, *this, clock_, names_};

public:
    log_thread log;      ///< dies before what its jobs touch
    http::server server; ///< dies first

private:
    int port_ = 0;
};

/// A submission to the test "demo", which every service has: single choice q1 and q2, B and C are right.
std::string submission(std::string_view user = "u-1", std::string_view more = {});

/// The text of a string member of a JSON object, found by name; "" if there is none.
std::string member(std::string_view json, std::string_view name);

} // namespace gradesvc::test
