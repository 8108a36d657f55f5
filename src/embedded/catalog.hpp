// Topics and group positions in the file, and how they come into memory. Each function uses its own connection.
#pragma once

#include "embedded/state.hpp"

#include <span>

namespace gradesvc::embedded {

/// Fills `state` from the file. Throws ports::log_error.
void load_catalog(shared_state& state);

/// Reads again how far every topic reaches, for where another process writes. Throws ports::log_error.
void renew_catalog(shared_state& state);

/// ports::log::ensure_topics. Thread-safe against everything but itself: the caller serialises.
std::vector<int> ensure_topics(shared_state& state, std::span<const ports::topic_spec> topics);

/// What `group` has committed on `of`. Throws ports::log_error.
std::map<std::int32_t, stored_position> load_positions(const shared_state& state, const std::string& group,
                                                       const topic& of);

} // namespace gradesvc::embedded
