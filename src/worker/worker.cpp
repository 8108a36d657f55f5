#include "gradesvc/worker/worker.hpp"

#include "gradesvc/faults/fault.hpp"
#include "gradesvc/telemetry/log.hpp"
#include "worker/core.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

namespace gradesvc::worker {
namespace {

constexpr std::chrono::milliseconds end_patience{100}; // for threads to end that are in no job

/// The threads beside the poll thread. Each holds the core, so that one left behind finds it alive.
class threads {
public:
    explicit threads(const std::shared_ptr<core>& shared) : shared_(shared) {
        committing_ = std::thread([shared] { shared->commit(); });
        if (shared->remembers()) remembering_ = std::thread([shared] { shared->remember(); });
        const lock_type lock(shared->mutex);
        for (int i = 0; i < std::max(shared->how.threads, 1); ++i) shared->start_lane();
    }

    /// Ends the commit thread after a last window; a commit under way is waited for.
    void stop_committing() {
        {
            const lock_type lock(shared_->mutex);
            shared_->closing = shared_->give_up = true;
        }
        shared_->finished.notify_all();
        committing_.join();
    }

    void stop_remembering() {
        {
            const lock_type lock(shared_->mutex);
            shared_->history_over = true;
        }
        shared_->recall.notify_one();
        if (remembering_.joinable()) remembering_.join();
    }

    /// Ends the scoring threads after the jobs they are in. Returns how many had to be left behind.
    int stop_scoring() {
        std::size_t left = 0;
        std::vector<std::shared_ptr<lane>> lanes;
        {
            lock_type lock(shared_->mutex);
            const auto now = steady::now();
            const auto until =
                std::max(now + end_patience, shared_->drain_until.value_or(now + shared_->how.drain_timeout));
            shared_->stopping = true;
            shared_->work.notify_all();
            shared_->progress.wait_until(lock, until, [&] { return shared_->alive == 0; });
            left = shared_->alive;
            lanes = std::exchange(shared_->lanes, {});
            std::ranges::move(std::exchange(shared_->retired, {}), std::back_inserter(lanes));
        }
        for (const auto& l : lanes) {
            if (left == 0)
                l->runner.join();
            else
                l->runner.detach();
        }
        return static_cast<int>(left);
    }

private:
    std::shared_ptr<core> shared_;
    std::thread committing_;
    std::thread remembering_;
};

} // namespace

worker::worker(std::unique_ptr<ports::consumer> consumer, collaborators with, options how)
    : core_(std::make_shared<core>(std::move(consumer), std::move(with), std::move(how))) {}

worker::~worker() = default;

void worker::run(const std::stop_token& stop) {
    threads crew(core_);
    std::exception_ptr failure;
    try {
        core_->poll(stop);
    } catch (...) // goes on below, when the threads have ended
    {
        failure = std::current_exception();
    }
    core_->ready = false;
    faults::point("worker.drained");
    crew.stop_committing();
    crew.stop_remembering();
    const int stuck = crew.stop_scoring();
    core_->stuck += stuck;
    {
        const lock_type lock(core_->mutex);
        if (!failure) failure = core_->failure;
        for (const std::int32_t p : core_->held.partitions()) core_->release_held(p);
        core_->jobs.clear();
        core_->table.clear();
    }
    if (stuck > 0)
        telemetry::log(telemetry::level::error, "scoring threads did not end within the drain time",
                       {{"topic", core_->how.topic}, {"count", stuck}});
    if (failure) std::rethrow_exception(failure);
    faults::point("worker.stopped");
    core_->consumer->leave();
}

bool worker::ready() const { return core_->ready; }

std::map<std::int32_t, standing> worker::standings() const {
    const lock_type lock(core_->mutex);
    std::map<std::int32_t, standing> found;
    for (const auto& [id, p] : core_->table.all()) found[id] = {p.committed, p.oldest()};
    return found;
}

int worker::stuck_threads() const { return core_->stuck + core_->left_behind; }

} // namespace gradesvc::worker
