// A few threads for what takes long or waits for the disk, so that io threads never do. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace gradesvc::http {

class reader_pool {
public:
    reader_pool(int threads, std::size_t queue);
    ~reader_pool(); ///< does what is queued first

    /// False, and nothing is done, when the queue is full. `job` must not throw.
    bool try_post(std::function<void()> job);

private:
    void work();

    const std::size_t limit_;
    std::mutex mutex_; // guards jobs_ and stopping_
    std::condition_variable wake_;
    std::deque<std::function<void()>> jobs_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace gradesvc::http
