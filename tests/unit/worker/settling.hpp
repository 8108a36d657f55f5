// What workers under test settle records with: a clock, outcomes, and a scorer of suspects without a child process.
#pragma once

#include "gradesvc/worker/worker.hpp"

#include <atomic>
#include <chrono>
#include <string>

namespace gradesvc::test {

struct test_clock final : ports::clock {
    ports::time_ms now() const override {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()) + shift.load();
    }
    std::array<std::uint64_t, 2> random() override { return {++counter_, 7}; }
    std::atomic<std::chrono::milliseconds> shift{}; ///< of this clock against the real one

private:
    std::atomic<std::uint64_t> counter_{0};
};

/// A result that says where it comes from.
inline app::settled result_of(const ports::record& r, std::string value = "scored") {
    app::settled s;
    s.output.topic = "test_results_ready";
    s.output.partition = r.partition;
    if (r.key) s.output.key = std::string(*r.key);
    s.output.value = std::move(value);
    s.output.headers = {{"gs_source_offset", std::to_string(r.offset)}};
    s.scored = true;
    return s;
}

inline app::settled letter_of(const ports::record& r, std::string value, std::string_view reason) {
    app::settled s = result_of(r, std::move(value));
    s.output.topic = "test_submissions.dlq";
    s.scored = false;
    s.reason = reason;
    return s;
}

/// Scores suspects with a function in place of a child process.
class fake_suspect_scorer final : public worker::suspect_scorer {
public:
    explicit fake_suspect_scorer(worker::settle_function settle) : settle_(std::move(settle)) {}
    app::settled settle(const ports::record& r) override { return settle_(r); }
    app::settled dead_letter(const ports::record& r, std::string_view code, std::string_view detail,
                             int attempts) override {
        if (r.value == "unreadable") throw worker::scorer_death("SIGSEGV", false);
        return letter_of(r, "apart: " + std::string(detail) + " " + std::to_string(attempts), code);
    }
    void rest() override { ++rests; }
    static inline std::atomic<int> rests{0};

private:
    worker::settle_function settle_;
};

} // namespace gradesvc::test
