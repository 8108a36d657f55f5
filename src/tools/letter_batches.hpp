// Writes something for each of many dead letters, in small batches and at a given pace: for each batch first one set of
// records, then – for the letters whose record is durable – a second set. Killed in between, it has left nothing half
// done but letters without the second. Confined to one thread.
#pragma once

#include "gradesvc/ports/log.hpp"
#include "tools/letter_index.hpp"
#include "tools/progress_line.hpp"

#include <functional>
#include <set>

namespace gradesvc::tools {

struct letter_writing {
    std::set<app::letter_position> which = {};
    std::function<ports::outgoing(const ports::record&)> first = {};  ///< unset: only the second
    std::function<ports::outgoing(const ports::record&)> second = {}; ///< the mark
    double rate = 1000;                                               ///< letters a second
};

struct letters_written {
    std::size_t done = 0;
    std::size_t refused = 0; ///< the log takes their records never: too large
};

/// Reads the letters again and writes for them. Throws ports::log_unavailable with how far it came, when the log takes no
/// more.
letters_written write_for_letters(ports::log& log, const app::topics& names, const letter_writing& what,
                                  progress_line& progress);

} // namespace gradesvc::tools
