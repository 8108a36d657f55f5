// One io thread: its io_context, its mailbox, and the sessions that live on it. Everything of a session happens on this
// thread, so sessions need neither strand nor lock.
#pragma once

#include "http/mailbox.hpp"
#include "http/net.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/intrusive/list.hpp>

#include <ctime>
#include <optional>
#include <string>

namespace gradesvc::http {

using list_hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// A session as its loop sees it; all calls on the io thread. Takes itself off the list when it is destroyed.
class live_session : public list_hook {
public:
    virtual ~live_session() = default;
    virtual void tick(steady::time_point now) = 0; ///< cuts itself off when its deadline has passed
    virtual void drain() = 0;                      ///< the loop has begun to drain
    virtual void abort() = 0;                      ///< closes its socket
};

/// Something a coroutine waits for that no socket or timer ends.
class pending_call : public list_hook {
public:
    virtual void abort() = 0; ///< resumes the coroutine without a result

protected:
    ~pending_call() = default;
};

class io_loop {
public:
    /// `period` is how exactly deadlines are kept.
    explicit io_loop(std::chrono::milliseconds period);

    void run(); ///< the body of the io thread

    // Thread-safe.
    net::io_context& io() { return io_; }
    const std::shared_ptr<mailbox>& box() const { return box_; }
    void begin_drain();
    void abort_all();
    void finish(); ///< run() returns when nothing is left to do

    // On the io thread.
    steady::time_point now() const { return now_; } ///< as of the last tick
    std::string_view date() const { return date_; } ///< for the header Date
    bool draining() const { return draining_; }
    bool aborted() const { return aborted_; }
    void add(live_session& s) { sessions_.push_back(s); }
    void add(pending_call& c) { calls_.push_back(c); }

private:
    template <class T>
    using list = boost::intrusive::list<T, boost::intrusive::constant_time_size<false>>;

    void tick();
    void schedule_tick();

    const std::chrono::milliseconds period_;
    steady::time_point now_;
    std::string date_;
    std::time_t date_second_ = 0;
    bool draining_ = false;
    bool aborted_ = false;
    list<live_session> sessions_;
    list<pending_call> calls_;
    net::io_context io_{1}; // after what the coroutines in it refer to
    std::shared_ptr<mailbox> box_;
    std::optional<net::executor_work_guard<net::io_context::executor_type>> work_;
    net::steady_timer timer_;
};

} // namespace gradesvc::http
