// Listens on one address and spreads the connections over the io threads.
#pragma once

#include "http/exchange.hpp"

#include <condition_variable>
#include <mutex>

namespace gradesvc::http {

/// How many connections live. Thread-safe.
class connection_count {
public:
    std::size_t enter();
    void leave();
    bool wait_for_none(std::chrono::milliseconds limit);

private:
    std::mutex mutex_; // guards live_
    std::condition_variable none_;
    std::size_t live_ = 0;
};

class listener {
public:
    /// Binds HOST:PORT. Throws listen_error.
    listener(const std::string& address, std::span<const std::unique_ptr<io_loop>> loops, const environment& env,
             connection_count& live);

    std::string address() const; ///< with the real port
    void start();                ///< from any thread, once
    void close();                ///< thread-safe

private:
    net::awaitable<void> accept();
    void welcome(tcp::socket socket, io_loop& loop);

    std::span<const std::unique_ptr<io_loop>> loops_;
    const environment& env_;
    connection_count& live_;
    std::string host_;       // as given
    tcp::acceptor acceptor_; // on the first loop
    std::size_t next_ = 0;
};

} // namespace gradesvc::http
