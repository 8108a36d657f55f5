// Follows whole topics of a log. See ports/log.hpp for errors.
#pragma once

#include "gradesvc/ports/record.hpp"

#include <chrono>
#include <vector>

namespace gradesvc::ports {

/// What a reader expects: records in great number, which it fetches in bulk, or a few now and then, for which it asks the
/// log so seldom that waiting costs nearly nothing. Either sees a record within some 20 ms.
enum class flow : std::uint8_t { stream, trickle };

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
