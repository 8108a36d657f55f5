// The read model on one SQLite file in WAL mode: one writer connection, a few readers. The file can be deleted at any
// time while nobody has it open. One process per file (the owner of --data sees to that).
#pragma once

#include "gradesvc/ports/read_model.hpp"

#include <filesystem>
#include <memory>

namespace gradesvc::readmodel {

struct options {
    int readers = 4;                  ///< connections for find and list, opened when needed; more callers wait
    int writer_cache_kib = 16 * 1024; ///< page cache, allocated as it fills
    int reader_cache_kib = 1024;      ///< the same, for each reader
};

/// Opens `file`, creating it and its folder where missing. A file of another schema, a damaged one and one that is no
/// database are deleted and created anew, with a warning in the log: stored_positions() is then empty, and the log is
/// read again. Throws std::runtime_error that names the path when the file cannot be used (rights, full disk, in use).
/// What is returned is thread-safe as the port says; nobody may be inside it when it is destroyed.
std::unique_ptr<ports::read_model> open(const std::filesystem::path& file, const options& settings = {});

} // namespace gradesvc::readmodel
