// The published tests as this instance has read them last, in a file of its own: what an API goes by that starts while the
// log is away. It holds no more than the log does, so a file that cannot be used is begun anew.
#pragma once

#include "gradesvc/ports/record.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <span>

namespace gradesvc::readmodel {

/// Confined to one thread at a time. Blocks for the disk. What goes wrong with the file is said in the log and leaves the
/// copy behind, until it is written at the next start.
class tests_copy {
public:
    explicit tests_copy(std::filesystem::path file);
    ~tests_copy();

    /// Calls `visit` with the kept records in the order of the log; returns how many. Makes no file.
    std::size_t read(const std::function<void(const ports::record&)>& visit);

    /// Takes the records of one read and where the next one goes on. `current`: the log has been read from its start to
    /// an end; so what is kept behind that is of another log, and goes.
    void keep(std::span<const ports::record> records, const ports::positions& next, bool current);

private:
    class table;

    table& open();
    void failed(const char* what, const std::exception& why);

    std::filesystem::path file_;
    std::unique_ptr<table> table_; // null: not open
    bool cut_ = false;
    bool failed_ = false;
};

} // namespace gradesvc::readmodel
