#include "embedded/group.hpp"

#include <algorithm>
#include <utility>

namespace gradesvc::embedded {

member_id group::join(std::string instance) {
    for (auto& other : members_)
        if (other.active && other.instance == instance) put_out(other);
    const member_id id = ++last_id_;
    members_.push_back({.id = id, .instance = std::move(instance), .lost = {}});
    settle();
    return id;
}

void group::leave(member_id id) {
    if (member* gone = find(id)) {
        if (gone->active) put_out(*gone);
        gone->lost.clear();
        gone->left = true;
        std::erase_if(members_, [](const member& m) { return m.left && !m.committing; });
    }
    settle();
}

void group::put_out(member& gone) {
    gone.active = false;
    for (std::size_t p = 0; p < slots_.size(); ++p)
        if (slots_[p].owner == gone.id && slots_[p].state != phase::offered && slots_[p].state != phase::let_go)
            gone.lost.push_back(static_cast<std::int32_t>(p));
}

group_events group::take_events(member_id id) {
    group_events events;
    member* m = find(id);
    if (!m) return events;
    events.lost = std::exchange(m->lost, {});
    if (!m->active) return events;
    for (std::size_t p = 0; p < slots_.size(); ++p) {
        slot& s = slots_[p];
        if (s.owner != id) continue;
        if (s.state == phase::offered) {
            s.state = phase::held;
            events.gained.push_back(static_cast<std::int32_t>(p));
        } else if (s.state == phase::wanted) {
            s.state = phase::losing;
            events.losing.push_back(static_cast<std::int32_t>(p));
        }
    }
    return events;
}

bool group::has_events(member_id id) const {
    const member* m = find(id);
    if (!m) return false;
    if (!m->active) return !m->lost.empty();
    return std::ranges::any_of(slots_, [id](const slot& s) {
        return s.owner == id && (s.state == phase::offered || s.state == phase::wanted);
    });
}

void group::release(member_id id) {
    const member* m = find(id);
    if (!m || !m->active) return;
    for (auto& s : slots_) {
        if (s.owner != id || s.state != phase::losing) continue;
        if (m->committing)
            s.state = phase::let_go;
        else
            s = {};
    }
    settle();
}

bool group::begin_commit(member_id id, std::span<const std::int32_t> partitions) {
    member* m = find(id);
    if (!m || !m->active) return false;
    for (const auto p : partitions) {
        if (p < 0 || static_cast<std::size_t>(p) >= slots_.size()) return false;
        const slot& s = slots_[static_cast<std::size_t>(p)];
        if (s.owner != id || s.state == phase::offered || s.state == phase::let_go) return false;
    }
    m->committing = true;
    return true;
}

void group::end_commit(member_id id) {
    if (member* m = find(id)) {
        m->committing = false;
        for (auto& s : slots_)
            if (s.owner == id && s.state == phase::let_go) s = {};
        std::erase_if(members_, [](const member& x) { return x.left && !x.committing; });
    }
    settle();
}

std::vector<member_id> group::targets() const {
    std::vector<const member*> order;
    for (const auto& m : members_)
        if (m.active) order.push_back(&m);
    std::ranges::sort(order, {}, [](const member* m) { return m->instance; });

    std::vector<member_id> result(slots_.size(), 0);
    std::size_t p = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::size_t share = slots_.size() / order.size() + (i < slots_.size() % order.size() ? 1 : 0);
        for (std::size_t n = 0; n < share; ++n) result[p++] = order[i]->id;
    }
    return result;
}

/// Gives every partition that is free to the member whose it should be, and marks those that are not.
void group::settle() {
    const auto target = targets();
    for (std::size_t p = 0; p < slots_.size(); ++p) {
        slot& s = slots_[p];
        const member* owner = find(s.owner);
        const bool free = !owner || (!owner->active && !owner->committing) ||
                          (owner->active && s.state == phase::offered && s.owner != target[p]);
        if (free)
            s = {.owner = target[p], .state = phase::offered};
        else if (owner->active && s.state == phase::held && s.owner != target[p])
            s.state = phase::wanted;
        else if (owner->active && s.state == phase::wanted && s.owner == target[p])
            s.state = phase::held;
    }
}

group::member* group::find(member_id id) {
    const auto it = std::ranges::find(members_, id, &member::id);
    return it == members_.end() ? nullptr : &*it;
}

const group::member* group::find(member_id id) const {
    const auto it = std::ranges::find(members_, id, &member::id);
    return it == members_.end() ? nullptr : &*it;
}

} // namespace gradesvc::embedded
