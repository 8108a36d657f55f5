#include "worker/id_set.hpp"

#include <cstring>
#include <random>
#include <utility>

namespace gradesvc::worker {
namespace {

constexpr std::size_t first_places = 16;

/// The finalizer of MurmurHash3.
std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 33U)) * 0xff51afd7ed558ccdU;
    x = (x ^ (x >> 33U)) * 0xc4ceb9fe1a85ec53U;
    return x ^ (x >> 33U);
}

std::uint64_t secret() noexcept {
    static const std::uint64_t value = [] {
        std::random_device device;
        return std::uint64_t{device()} << 32U | device();
    }();
    return value;
}

} // namespace

std::size_t id_hash::operator()(const domain::submission_id& id) const noexcept {
    std::uint64_t halves[2];
    std::memcpy(halves, id.bytes().data(), sizeof(halves));
    return mix(mix(halves[0] ^ secret()) ^ halves[1]);
}

bool id_set::insert(const id& which) {
    if (which == id()) {
        if (std::exchange(nil_, true)) return false;
        ++size_;
        return true;
    }
    if ((size_ + 1) * 8 > places_.size() * 7) grow();
    id& place = places_[find(which)];
    if (place == which) return false;
    place = which;
    ++size_;
    return true;
}

bool id_set::contains(const id& which) const {
    if (which == id()) return nil_;
    return !places_.empty() && places_[find(which)] == which;
}

/// Where it is, or the free place where it belongs.
std::size_t id_set::find(const id& which) const {
    const std::size_t mask = places_.size() - 1;
    std::size_t at = id_hash()(which) & mask;
    while (places_[at] != id() && places_[at] != which) at = (at + 1) & mask;
    return at;
}

void id_set::grow() {
    auto old = std::exchange(places_, std::vector<id>(places_.empty() ? first_places : places_.size() * 2));
    for (const id& one : old)
        if (one != id()) places_[find(one)] = one;
}

} // namespace gradesvc::worker
