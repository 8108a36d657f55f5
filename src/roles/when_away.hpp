// A log that is known to be away is not waited for: whoever asks is told at once.
#pragma once

#include "gradesvc/ports/follower.hpp"
#include "gradesvc/ports/publisher.hpp"

#include <memory>

namespace gradesvc::roles {

/// Thread-safe.
class prompt_publisher final : public ports::publisher {
public:
    explicit prompt_publisher(std::unique_ptr<ports::publisher> log) : log_(std::move(log)) {}

    void publish(const ports::outgoing& record, ports::delivered done) override {
        if (log_->available()) return log_->publish(record, std::move(done));
        done({.error = ports::log_errc::unavailable, .record = &record});
    }
    bool flush(std::chrono::milliseconds limit) override { return log_->flush(limit); }
    bool available() const override { return log_->available(); }

private:
    std::unique_ptr<ports::publisher> log_;
};

/// Thread-safe.
class prompt_follower final : public ports::follower {
public:
    prompt_follower(ports::follower& rows, const ports::publisher& log) : follower_(rows), log_(log) {}

    void catch_up(std::chrono::milliseconds limit, std::function<void(bool)> done) override {
        if (log_.available()) return follower_.catch_up(limit, std::move(done));
        done(false);
    }

private:
    ports::follower& follower_;
    const ports::publisher& log_;
};

} // namespace gradesvc::roles
