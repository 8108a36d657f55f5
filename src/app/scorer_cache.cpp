#include "app/scorer_cache.hpp"

#include "codec/definition.hpp"

#include <algorithm>

namespace gradesvc::app {

namespace {

scorer_cache::scorer_ptr compile(const published_test& test) {
    auto definition = codec::decode_definition(test.json);
    if (!definition) return nullptr;
    auto scorer = scoring::scorer::compile(*std::move(definition));
    return scorer ? *std::move(scorer) : nullptr;
}

} // namespace

scorer_cache::~scorer_cache() = default;

scorer_cache::scorer_ptr scorer_cache::of(const published_test& test) {
    if (auto known = find(test)) return *std::move(known);
    auto& place = entry_of(test);
    const std::lock_guard compiling(place.compiling);
    if (auto known = find(test)) return *std::move(known); // another thread was first
    auto scorer = compile(test);
    keep(place, scorer);
    return scorer;
}

std::optional<scorer_cache::scorer_ptr> scorer_cache::find(const published_test& test) const {
    const std::shared_lock lock(mutex_);
    const auto known = entries_.find(&test);
    if (known == entries_.end()) return std::nullopt;
    auto& place = *known->second;
    if (!place.scorer && !place.beyond) return std::nullopt;
    if (place.asked.load(std::memory_order_relaxed) != time_) place.asked.store(time_, std::memory_order_relaxed);
    return place.scorer;
}

scorer_cache::entry& scorer_cache::entry_of(const published_test& test) {
    const std::unique_lock lock(mutex_);
    auto& place = entries_[&test];
    if (!place) place = std::make_unique<entry>();
    return *place;
}

void scorer_cache::keep(entry& place, scorer_ptr scorer) {
    std::vector<scorer_ptr> dropped; // destroyed after the lock is given back
    const auto bytes = scorer ? scorer->memory() : 0;
    const std::unique_lock lock(mutex_);
    place.asked = ++time_;
    place.beyond = !scorer;
    if (!scorer) return;
    place.scorer = std::move(scorer);
    place.bytes = bytes;
    compiled_.push_back(&place);
    bytes_ += bytes;
    if (bytes_ > budget_) dropped = make_room(place);
}

// Drops an eighth more than it must, so that the next compilations need not look through all again.
std::vector<scorer_cache::scorer_ptr> scorer_cache::make_room(const entry& newest) {
    std::vector<scorer_ptr> dropped;
    std::sort(compiled_.begin(), compiled_.end(), [](const entry* a, const entry* b) { return a->asked > b->asked; });
    while (bytes_ > budget_ - budget_ / 8 && compiled_.back() != &newest) {
        auto& oldest = *compiled_.back();
        compiled_.pop_back();
        bytes_ -= oldest.bytes;
        dropped.push_back(std::move(oldest.scorer));
    }
    return dropped;
}

compiled_tests scorer_cache::usage() const {
    const std::shared_lock lock(mutex_);
    return {compiled_.size(), bytes_};
}

} // namespace gradesvc::app
