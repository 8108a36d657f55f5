#include "tools/file.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace gradesvc::tools {

std::string read_file(const std::string& path) {
    if (std::filesystem::is_directory(path)) throw std::runtime_error(path + ": is a directory");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(path + ": " + std::generic_category().message(errno));
    std::string bytes(std::istreambuf_iterator<char>(file), {});
    if (file.bad()) throw std::runtime_error(path + ": cannot be read to its end");
    return bytes;
}

} // namespace gradesvc::tools
