#include "roles/instance_name.hpp"

#include "codec/sha256.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace gradesvc::roles {

namespace {

constexpr int max_slots = 10'000;

std::string host_name() {
    std::array<char, 65> name{};
    if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
    std::string text(name.data());
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return !std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-'; }, '-');
    return text;
}

// The descriptor of a slot's lock file, or -1 when somebody has it.
int take_slot(const std::filesystem::path& file) {
    const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), file.string());
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    close(fd);
    return -1;
}

} // namespace

instance_name::instance_name(const std::filesystem::path& data) {
    const auto folder = data / "workers";
    std::filesystem::create_directories(folder);
    const auto hash = codec::sha256_hex(std::filesystem::canonical(data).string()).substr(0, 8);
    for (int slot = 1; slot <= max_slots && slot_ < 0; ++slot) {
        slot_ = take_slot(folder / (std::to_string(slot) + ".lock"));
        text_ = host_name() + '-' + hash + '-' + std::to_string(slot);
    }
    if (slot_ < 0) throw std::system_error(EBUSY, std::generic_category(), folder.string() + ": no free slot");
}

instance_name::~instance_name() { close(slot_); }

} // namespace gradesvc::roles
