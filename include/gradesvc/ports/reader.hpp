// Follows whole topics of a log. See ports/log.hpp for errors.
#pragma once

#include "gradesvc/ports/record.hpp"

#include <chrono>
#include <vector>

namespace gradesvc::ports {

/// Reads all partitions of some topics without a group; sees committed records only. One thread at a time.
class reader {
public:
    virtual ~reader() = default;

    /// The next records, in order within a partition; empty when `timeout` ends first.
    virtual std::vector<record> read(std::chrono::milliseconds timeout) = 0;

    /// Where the next read goes on, for every partition. Also passes over offsets that hold no record (control marks,
    /// aborted records), so that a reader that has seen everything stands at end().
    virtual positions next() const = 0;
};

} // namespace gradesvc::ports
