#include "roles/system_clock.hpp"

#include <cerrno>
#include <sys/random.h>
#include <system_error>

namespace gradesvc::roles {

namespace {

// A stock of random bits, refilled by one system call for many ids; the kernel gives up to 256 bytes in one piece.
struct entropy {
    std::array<std::array<std::uint64_t, 2>, 16> stock{};
    std::size_t used = stock.size();

    std::array<std::uint64_t, 2> take() {
        if (used == stock.size()) {
            while (getrandom(stock.data(), sizeof stock, 0) != static_cast<ssize_t>(sizeof stock))
                if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
            used = 0;
        }
        return stock[used++];
    }
};

} // namespace

ports::time_ms system_clock::now() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::array<std::uint64_t, 2> system_clock::random() {
    thread_local entropy bits;
    return bits.take();
}

} // namespace gradesvc::roles
