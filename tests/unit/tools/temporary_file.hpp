// A file of its own for one test, gone with it.
#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace gradesvc::test {

struct temporary_file {
    explicit temporary_file(std::string_view content) {
        static std::atomic<int> count{0};
        const auto name = "gradesvc-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
        path = (std::filesystem::temp_directory_path() / name).string();
        std::ofstream(path, std::ios::binary) << content;
    }
    ~temporary_file() { std::filesystem::remove(path); }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    std::string path;
};

} // namespace gradesvc::test
