// Frames over a connected stream socket, with deadlines. Confined to one thread. A peer that is gone or talks nonsense
// makes it `broken`; no signal is raised.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gradesvc::worker {

class channel {
public:
    using deadline = std::optional<std::chrono::steady_clock::time_point>; ///< unset: none
    enum class state : std::uint8_t { done, late, broken };

    explicit channel(int socket) : socket_(socket) {} ///< closes it
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    ~channel();

    state send(std::string_view frame, deadline until = {});

    /// The payload of the next frame.
    state receive(std::string& payload, deadline until = {});

private:
    state wait(short event, deadline until) const;
    state fill(deadline until);

    int socket_;
    std::string read_; // not yet taken, from from_ on
    std::size_t from_ = 0;
};

} // namespace gradesvc::worker
