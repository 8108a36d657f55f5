// A small HTTP client over raw bytes, so that tests can send what a well-behaved one never would. Blocking, with a
// deadline of ten seconds on every read; what fails throws.
#pragma once

#include <arpa/inet.h>
#include <chrono>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace gradesvc::test {

struct answer {
    int status = 0;
    std::string head;
    std::string body;

    bool has(std::string_view line) const { return head.find(line) != head.npos; }
    std::string header(std::string_view name) const {
        const auto at = head.find("\r\n" + std::string(name) + ": ");
        if (at == head.npos) return {};
        const auto from = at + name.size() + 4;
        return head.substr(from, head.find("\r\n", from) - from);
    }
    bool closes() const { return header("Connection") == "close"; }
};

class client {
public:
    explicit client(int port, int receive_buffer = 0) {
        fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
        if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        const int one = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (fd_ < 0 || ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            ::close(fd_);
            throw std::runtime_error("connection refused");
        }
    }
    ~client() {
        if (fd_ >= 0) ::close(fd_);
    }
    client(client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    /// False when the server does not take it any more.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void half_close() { ::shutdown(fd_, SHUT_WR); }

    /// The next answer; `bodiless` for HEAD.
    answer receive(bool bodiless = false) {
        answer got;
        got.head = take_until("\r\n\r\n");
        got.status = std::stoi(got.head.substr(9, 3));
        if (bodiless || got.status == 100 || got.status == 204 || got.status == 304) return got;
        if (got.header("Transfer-Encoding") == "chunked") {
            for (;;) {
                const auto size = std::stoul(take_until("\r\n"), nullptr, 16);
                got.body += take(size + 2).substr(0, size);
                if (size == 0) return got;
            }
        }
        const auto length = got.header("Content-Length");
        if (length.empty())
            got.body = rest();
        else
            got.body = take(std::stoul(length));
        return got;
    }
    answer ask(std::string_view bytes, bool bodiless = false) {
        send(bytes);
        return receive(bodiless);
    }

    /// Whether the server ends the connection, without another byte, within the time.
    bool closed_within(std::chrono::milliseconds limit) {
        if (!buffer_.empty()) return false;
        pollfd entry{fd_, POLLIN, 0};
        if (::poll(&entry, 1, static_cast<int>(limit.count())) == 0) return false;
        char byte = 0;
        return ::recv(fd_, &byte, 1, 0) <= 0;
    }
    std::string rest() ///< all until the end
    {
        while (more()) {}
        return std::exchange(buffer_, {});
    }

private:
    bool more() {
        pollfd entry{fd_, POLLIN, 0};
        if (::poll(&entry, 1, 10'000) == 0) throw std::runtime_error("no answer within ten seconds");
        char bytes[65536];
        const auto size = ::recv(fd_, bytes, sizeof bytes, 0);
        if (size > 0) buffer_.append(bytes, static_cast<std::size_t>(size));
        return size > 0;
    }
    std::string take(std::size_t size) {
        while (buffer_.size() < size)
            if (!more()) throw std::runtime_error("closed in the middle of an answer");
        auto taken = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return taken;
    }
    std::string take_until(std::string_view end) {
        std::size_t at = 0;
        while ((at = buffer_.find(end)) == buffer_.npos)
            if (!more()) throw std::runtime_error("closed without an answer");
        auto taken = take(at + end.size());
        return taken;
    }

    int fd_ = -1;
    std::string buffer_;
};

inline std::string get(std::string_view target, std::string_view headers = {}) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(headers) + "\r\n";
}

inline std::string with_body(std::string_view method, std::string_view target, std::string_view body,
                             std::string_view headers = {}) {
    return std::string(method) + " " + std::string(target) +
           " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) +
           "\r\n" + std::string(body);
}

inline std::string post(std::string_view target, std::string_view body, std::string_view headers = {}) {
    return with_body("POST", target, body, headers);
}

} // namespace gradesvc::test
