// Who of a consumer group owns which partition: range assignment over the members in the order of their names, static
// names, and hand-over (a partition that moves is first reported as losing and goes on only when it was released). Pure
// decisions: no lock, no I/O, no records. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gradesvc::embedded {

using member_id = std::uint32_t;

/// What a member has to be told, each once.
struct group_events {
    std::vector<std::int32_t> lost;
    std::vector<std::int32_t> losing;
    std::vector<std::int32_t> gained;
    bool empty() const { return lost.empty() && losing.empty() && gained.empty(); }
};

class group {
public:
    explicit group(std::int32_t partitions) : slots_(static_cast<std::size_t>(partitions)) {}

    /// A living member of the same name is fenced: it loses everything.
    member_id join(std::string instance);
    void leave(member_id id);

    /// Takes what `id` has not been told yet.
    group_events take_events(member_id id);
    bool has_events(member_id id) const;

    /// Lets go of the partitions that `id` was told to be losing.
    void release(member_id id);

    /// Between these two calls nothing that `id` owns is given to another member, even if it leaves or is fenced.
    /// False (fenced): `id` is out, or does not own all of `partitions`.
    bool begin_commit(member_id id, std::span<const std::int32_t> partitions);
    void end_commit(member_id id);

private:
    enum class phase : std::uint8_t {
        offered, ///< the owner has not been told yet
        held,
        wanted, ///< another member's, the owner has not been told yet
        losing, ///< the owner has been told
        let_go, ///< released during a commit, free after it
    };
    struct slot {
        member_id owner = 0; ///< 0 = nobody
        phase state = phase::offered;
    };
    struct member {
        member_id id = 0;
        std::string instance;
        bool active = true;
        bool committing = false;
        bool left = false;
        std::vector<std::int32_t> lost;
    };

    member* find(member_id id);
    const member* find(member_id id) const;
    void put_out(member& gone);
    std::vector<member_id> targets() const;
    void settle();

    std::vector<slot> slots_;
    std::vector<member> members_;
    member_id last_id_ = 0;
};

} // namespace gradesvc::embedded
