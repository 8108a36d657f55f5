// The stable name of a worker: host name, a short hash of the real path of its data folder, and the first free slot in
// it. The slot is taken for as long as the object lives; the kernel frees it when the process dies, so that a worker
// that is started again gets its name back.
#pragma once

#include <filesystem>
#include <string>

namespace gradesvc::roles {

class instance_name {
public:
    /// Makes `data` if it is missing. Throws std::system_error.
    explicit instance_name(const std::filesystem::path& data);
    ~instance_name();
    instance_name(const instance_name&) = delete;
    instance_name& operator=(const instance_name&) = delete;

    const std::string& text() const { return text_; }

private:
    int slot_ = -1; // file descriptor of the slot's lock
    std::string text_;
};

} // namespace gradesvc::roles
