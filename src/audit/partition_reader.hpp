// Reads partitions of a log to a known end.
#pragma once

#include "gradesvc/ports/log.hpp"

#include <functional>

namespace gradesvc::audit {

/// Gives `take` the records of one partition, or of several, from `from` on until `to` is reached, which must be what the
/// log held at some moment. Records beyond `to` are not given. `moved` is told how many offsets were passed since it was
/// called last. Throws log_unavailable when nothing comes for a minute: a broker is away, or somebody's transaction stays
/// open. False from `take` ends it.
void read_between(
    ports::log& log, const ports::positions& from, const ports::positions& to,
    const std::function<bool(ports::record&)>& take,
    const std::function<void(std::int64_t)>& moved = [](std::int64_t) {});

/// The part of `all` that belongs to a topic, or to one partition of it.
ports::positions of_topic(const ports::positions& all, const std::string& topic);
ports::positions of_partition(const ports::positions& all, const std::string& topic, std::int32_t partition);

} // namespace gradesvc::audit
