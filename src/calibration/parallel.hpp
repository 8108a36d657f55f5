// Tasks over threads. What a task does must not depend on the thread that runs it, so that results do not either.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace gradesvc::calibration {

/// Calls task(0) … task(count − 1), each once, on at most `threads` threads; waits for all. Throws what one of them threw.
template <class Task>
void parallel(std::size_t threads, std::size_t count, const Task& task) {
    std::atomic<std::size_t> next = 0;
    std::exception_ptr failure;
    std::mutex failure_mutex;
    const auto work = [&] {
        try {
            for (std::size_t i = next++; i < count; i = next++) task(i);
        } catch (...) {
            const std::lock_guard lock(failure_mutex);
            failure = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < std::min(threads, count); ++i) others.emplace_back(work);
        work();
    }
    if (failure) std::rethrow_exception(failure);
}

} // namespace gradesvc::calibration
