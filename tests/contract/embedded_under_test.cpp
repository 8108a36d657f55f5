#include "gradesvc/embedded/log.hpp"
#include "log_under_test.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace gradesvc::test {
namespace {

std::shared_ptr<const std::string> make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gradesvc-contract-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
    return {new std::string(name), [](const std::string* folder) {
                std::error_code ignored;
                std::filesystem::remove_all(*folder, ignored);
                delete folder;
            }};
}

std::unique_ptr<ports::log> open(const std::string& folder, const log_options& options) {
    embedded::config config{.directory = folder};
    if (options.queue_records > 0) config.queue_records = options.queue_records;
    return embedded::make_log(config);
}

const registration embedded_log({.name = "embedded", .make_storage = make_folder, .open = open});

} // namespace
} // namespace gradesvc::test
