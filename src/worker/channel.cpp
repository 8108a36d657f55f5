#include "worker/channel.hpp"

#include "worker/frames.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gradesvc::worker {

channel::~channel() { close(socket_); }

channel::state channel::wait(short event, deadline until) const {
    for (;;) {
        int patience = -1;
        if (until) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now());
            if (left.count() <= 0) return state::late;
            patience = static_cast<int>(std::min<std::int64_t>(left.count(), 1'000'000'000));
        }
        pollfd which{socket_, event, 0};
        const int found = poll(&which, 1, patience);
        if (found > 0) return state::done; // also an error: the call after this tells
        if (found < 0 && errno != EINTR) return state::broken;
    }
}

channel::state channel::send(std::string_view frame, deadline until) {
    while (!frame.empty()) {
        const auto sent = ::send(socket_, frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0)
            frame.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno == EAGAIN) {
            if (const auto ready = wait(POLLOUT, until); ready != state::done) return ready;
        } else if (errno != EINTR)
            return state::broken;
    }
    return state::done;
}

channel::state channel::receive(std::string& payload, deadline until) {
    for (;;) {
        const std::size_t there = read_.size() - from_;
        std::uint32_t length = 0;
        if (there >= frame_head) {
            std::memcpy(&length, read_.data() + from_, frame_head);
            if (length == 0 || length > max_frame) return state::broken;
            if (there >= frame_head + length) {
                payload.assign(read_, from_ + frame_head, length);
                from_ += frame_head + length;
                if (from_ == read_.size()) {
                    read_.clear();
                    from_ = 0;
                }
                return state::done;
            }
        }
        if (const auto more = fill(until); more != state::done) return more;
    }
}

channel::state channel::fill(deadline until) {
    thread_local std::array<char, 65'536> piece;
    for (;;) {
        if (const auto ready = wait(POLLIN, until); ready != state::done) return ready;
        const auto got = recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
        if (got > 0) {
            read_.append(piece.data(), static_cast<std::size_t>(got));
            return state::done;
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) return state::broken;
    }
}

} // namespace gradesvc::worker
