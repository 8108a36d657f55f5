// Where a record goes: topic and partition. Thread-safe.
#pragma once

#include "embedded/state.hpp"

namespace gradesvc::embedded {

struct destination {
    std::int32_t first_slot = 0;
    std::int32_t partition = 0;
};

/// By the record's partition, else by its key, else one after the other. Throws ports::log_error when there is no such
/// topic or partition.
destination route(shared_state& state, const ports::outgoing& record);

} // namespace gradesvc::embedded
