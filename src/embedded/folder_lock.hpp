// Exclusive ownership of a data folder by one process, for as long as the object lives; the kernel lets go of it when
// the process dies.
#pragma once

#include <filesystem>

namespace gradesvc::embedded {

class folder_lock {
public:
    /// Makes the folder if it is missing. Throws folder_in_use when another process owns it (with its pid),
    /// ports::log_error when it cannot be used.
    explicit folder_lock(const std::filesystem::path& folder);
    ~folder_lock();
    folder_lock(const folder_lock&) = delete;
    folder_lock& operator=(const folder_lock&) = delete;

private:
    int fd_ = -1;
};

} // namespace gradesvc::embedded
