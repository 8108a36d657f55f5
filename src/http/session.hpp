// One connection: reads requests one after the other, has them answered, and writes the answers in order. Lives in the
// frame of the coroutine that runs it, on the io thread of its loop.
#pragma once

#include "http/exchange.hpp"
#include "http/input_buffer.hpp"
#include "http/message_parser.hpp"

namespace gradesvc::http {

class session final : public live_session, public connection {
public:
    session(tcp::socket socket, io_loop& loop, const environment& env);

    net::awaitable<void> run();       ///< until the connection ends
    net::awaitable<void> turn_away(); ///< says that there are too many connections

    // live_session
    void tick(steady::time_point now) override;
    void drain() override;
    void abort() override;

    // connection
    net::awaitable<void> wait(doorbell& bell, steady::time_point until) override;
    bool hurried() const override { return loop_.draining() || peer_gone_; }
    received receive(std::string& into) override;
    net::awaitable<void> receivable() override;
    net::awaitable<void> begin_stream(std::string_view content_type) override;
    net::awaitable<void> stream(std::string part) override;
    net::awaitable<void> end_stream() override;

private:
    static constexpr auto no_deadline = steady::time_point::max();

    net::awaitable<void> converse();
    net::awaitable<bool> receive_head();
    net::awaitable<void> serve();
    net::awaitable<response> handle(exchange& ex);
    net::awaitable<void> refuse(domain::refusal why);
    net::awaitable<void> linger();

    // session_io.cpp
    net::awaitable<std::optional<domain::refusal>> read_body();
    net::awaitable<void> fill();
    net::awaitable<void> send(response answer);
    net::awaitable<void> write_out();
    bool write_now();
    bool take_body(std::string& into);
    bool bytes_waiting();
    void watch_peer(std::shared_ptr<doorbell> bell);

    tcp::socket socket_;
    io_loop& loop_;
    const environment& env_;
    input_buffer in_;
    message_parser parser_;
    request request_;
    std::string body_;
    std::string out_;
    std::size_t written_ = 0;                   // of out_
    steady::time_point deadline_ = no_deadline; // for what the session waits for from its client
    std::size_t head_size_ = 0;
    doorbell* bell_ = nullptr;  // while in wait()
    bool open_ = true;          // another request may follow
    bool idle_ = false;         // no byte of the next request is there
    bool continue_due_ = false; // the client waits for 100 Continue
    bool streaming_ = false;
    bool chunked_ = false; // the stream
    bool peer_gone_ = false;
};

} // namespace gradesvc::http
