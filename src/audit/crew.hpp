// Threads that work on batches of jobs, with a bounded queue between.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace gradesvc::audit {

/// give() and wait() belong to one thread. What a job throws comes out of them.
template <class Job>
class crew {
public:
    using batch = std::vector<Job>;

    /// `make_worker` is called once for each thread, here.
    crew(std::size_t threads, const std::function<std::function<void(Job&)>()>& make_worker) : room_(2 * threads) {
        for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, work = make_worker()] { run(work); });
    }
    ~crew() {
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
            queue_.clear();
        }
        changed_.notify_all();
    }
    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;

    /// Waits while the queue is full.
    void give(batch jobs) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return failed_ || queue_.size() < room_; });
        rethrow();
        queue_.push_back(std::move(jobs));
        changed_.notify_all();
    }

    /// Until all that was given is done.
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return failed_ || (queue_.empty() && busy_ == 0); });
        rethrow();
    }

private:
    void rethrow() {
        if (failed_) std::rethrow_exception(failed_);
    }

    void run(const std::function<void(Job&)>& work) {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
            if (queue_.empty()) return;
            auto jobs = std::move(queue_.front());
            queue_.pop_front();
            ++busy_;
            lock.unlock();
            std::exception_ptr failure;
            try {
                for (auto& job : jobs) work(job);
            } catch (...) {
                failure = std::current_exception();
            }
            jobs.clear();
            lock.lock();
            --busy_;
            if (failure && !failed_) failed_ = failure;
            changed_.notify_all();
        }
    }

    const std::size_t room_;
    std::mutex mutex_; // guards all below but threads_
    std::condition_variable changed_;
    std::deque<batch> queue_;
    std::size_t busy_ = 0;
    bool closing_ = false;
    std::exception_ptr failed_;
    std::vector<std::jthread> threads_; // last: they end first
};

} // namespace gradesvc::audit
