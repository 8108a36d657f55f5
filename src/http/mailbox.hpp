// Messages from other threads to an io thread. Those that come together are delivered by one wake-up: a batch of 500
// delivery reports wakes the io thread once.
#pragma once

#include "http/net.hpp"

#include <mutex>
#include <thread>
#include <vector>

namespace gradesvc::http {

/// Owned by whoever posts it until it is delivered or discarded; both give it back to itself.
class message {
public:
    virtual void deliver() = 0; ///< on the io thread
    virtual void discard() = 0; ///< on any thread: the io thread is gone

protected:
    ~message() = default;
};

/// Thread-safe, but for bind_thread(). Outlives its io_context: shared with all who may still post.
class mailbox : public std::enable_shared_from_this<mailbox> {
public:
    explicit mailbox(net::io_context& io) : io_(&io) {}

    void bind_thread() { thread_ = std::this_thread::get_id(); } ///< before the first post
    bool on_thread() const { return thread_ == std::this_thread::get_id(); }

    void post(message*);
    void close(); ///< discards what is there and what comes

private:
    void deliver_all();

    std::thread::id thread_;
    std::mutex mutex_;    // guards all below
    net::io_context* io_; // null once closed
    std::vector<message*> waiting_;
    std::vector<message*> delivering_; // on the io thread alone
};

} // namespace gradesvc::http
