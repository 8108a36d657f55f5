// Reads topics of a log once, up to where they end at the beginning of the call.
#pragma once

#include "gradesvc/ports/log.hpp"

#include <functional>
#include <string>
#include <vector>

namespace gradesvc::tools {

/// How long the log may stay silent.
inline constexpr std::chrono::seconds log_patience{10};

/// Calls `each` for every record from `from` on, in order within a partition; partitions that `from` does not name are
/// read from their earliest record. Throws ports::log_unavailable when nothing comes for too long.
void scan_topics(ports::log& log, const std::vector<std::string>& topics, const ports::positions& from,
                 const std::function<void(const ports::record&)>& each);

} // namespace gradesvc::tools
