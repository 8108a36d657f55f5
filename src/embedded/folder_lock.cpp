#include "embedded/folder_lock.hpp"

#include "gradesvc/embedded/log.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace gradesvc::embedded {
namespace {

std::string owner_of(int fd) {
    std::array<char, 32> text{};
    const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
    std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    pid.erase(pid.find_last_not_of(" \n") + 1);
    return pid.empty() ? "unknown" : pid;
}

ports::log_error unusable(const std::filesystem::path& path, int error) {
    return ports::log_error("data folder: cannot use " + path.string() + ": " + std::generic_category().message(error));
}

} // namespace

folder_lock::folder_lock(const std::filesystem::path& folder) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) throw unusable(folder, failed.value());

    const std::filesystem::path file = folder / "lock";
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) throw unusable(file, errno);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        const std::string owner = owner_of(fd);
        ::close(fd);
        if (error != EWOULDBLOCK) throw unusable(file, error);
        throw folder_in_use("data folder " + folder.string() + " is in use by another gradesvc process (pid " + owner +
                            ")");
    }
    const std::string pid = std::to_string(::getpid()) + "\n"; // for the message above only
    if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
        const int error = errno;
        ::close(fd);
        throw unusable(file, error);
    }
    fd_ = fd;
}

folder_lock::~folder_lock() { ::close(fd_); }

} // namespace gradesvc::embedded
