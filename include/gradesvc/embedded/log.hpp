// ports::log on one SQLite file, for one process: the log of a single machine, durable without a broker.
#pragma once

#include "gradesvc/ports/log.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

namespace gradesvc::embedded {

struct config {
    std::filesystem::path directory = {};                 ///< made if missing; holds log.db and the file `lock`
    std::size_t max_record_bytes = 1'000'000;             ///< key, value and headers together
    std::size_t queue_records = 65'536;                   ///< published and not decided yet; beyond it: queue_full
    std::size_t queue_bytes = 64 * 1024 * 1024;           ///< the same in bytes
    std::chrono::milliseconds retention_interval{60'000}; ///< how often expired records are looked for
};

/// Another process owns the folder; the message has its pid.
struct folder_in_use : ports::log_error {
    using ports::log_error::log_error;
};

/// Opens the log in `config.directory` and owns that folder until it is destroyed. Throws folder_in_use,
/// without having changed anything, and ports::log_error when the file cannot be used; the message names
/// the path. Publishing to, consuming or reading a topic that ensure_topics has never made throws log_error too.
/// A topic marked as compacted keeps all its records. ensure_topics sets the retention of topics that exist already.
std::unique_ptr<ports::log> make_log(const config& config);

/// Opens the log in that folder for reading alone, also beside a process that owns it: what would write throws
/// ports::log_error. A reader that has read everything sees what was written since at its next read(). Throws
/// ports::log_error, and makes nothing, where there is no log.
std::unique_ptr<ports::log> open_log_for_reading(const std::filesystem::path& directory);

} // namespace gradesvc::embedded
