// The part of a scoring thread that runs without the mutex: tries the jobs of the lane's batch one after another and says
// what becomes of each.
#pragma once

#include "worker/core.hpp"

#include <exception>

namespace gradesvc::worker {

class batch_runner {
public:
    batch_runner(core& shared, lane& own);

    /// Runs jobs of the lane's batch until it is over or lasts too long. Returns how long a job took on average; nullopt:
    /// the thread is left behind.
    std::optional<steady::duration> run();

    /// Whether it has scored suspects and should tell the suspect scorer, from this moment on, that there are no more.
    std::optional<steady::time_point> rest_at() const { return rest_at_; }
    void rest();

private:
    struct attempt {
        std::optional<app::settled> result;
        std::exception_ptr failure;
    };

    bool run_one(outcome& o, steady::time_point now);
    attempt try_once(job& work, bool apart) const;
    void judge(outcome& o, const std::exception_ptr& failure);
    void died(outcome& o, const scorer_death& death);
    void failed(outcome& o, std::string_view detail);
    void again(outcome& o, steady::duration delay) const;
    void bury(outcome& o, std::string_view code, std::string_view detail, int attempts);
    app::settled dead_letter(const job& work, std::string_view code, std::string_view detail, int attempts);

    core& shared_;
    lane& lane_;
    retry_policy policy_;
    std::vector<std::uint64_t> failed_; // chains of the batch that wait for a retry
    std::optional<steady::time_point> rest_at_;
};

} // namespace gradesvc::worker
