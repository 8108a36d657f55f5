#include "embedded/routing.hpp"

#include "embedded/database.hpp"
#include "embedded/partitioner.hpp"

namespace gradesvc::embedded {
namespace {

topic& find(shared_state& state, std::string_view name) {
    const std::lock_guard lock(state.mutex);
    return state.find(name);
}

} // namespace

destination route(shared_state& state, const ports::outgoing& record) {
    topic& to = find(state, record.topic);
    std::int32_t partition = record.partition;
    if (partition == ports::outgoing::by_key)
        partition = record.key ? partition_of(*record.key, to.partitions)
                               : static_cast<std::int32_t>(to.turn++ % static_cast<std::uint32_t>(to.partitions));
    if (partition < 0 || partition >= to.partitions)
        throw ports::log_error(
            complaint(state.file, "topic " + record.topic + " has no partition " + std::to_string(partition)));
    return {to.first_slot, partition};
}

} // namespace gradesvc::embedded
