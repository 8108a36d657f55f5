#include "gradesvc/app/catalog.hpp"

#include "app/scorer_cache.hpp"
#include "codec/definition.hpp"

#include <algorithm>
#include <mutex>

namespace gradesvc::app {

namespace {

std::string first_error(const domain::refusal& why) {
    return why.errors.empty() ? why.detail : why.errors.front().pointer + ": " + why.errors.front().detail;
}

constexpr auto by_version = [](const test_ptr& test, std::int64_t version) { return test->version < version; };

} // namespace

catalog::catalog(std::size_t budget) : scorers_(std::make_unique<scorer_cache>(budget)) {}
catalog::~catalog() = default;

std::string catalog::apply(const ports::record& record) {
    auto definition = codec::decode_definition(record.value);
    if (!definition) return first_error(definition.error());
    if (!definition->version) return "/version: is required";
    auto test = std::make_shared<published_test>();
    test->test_id = definition->test_id;
    test->version = *definition->version;
    test->sha256 = codec::definition_sha256(record.value);
    test->json = std::string(record.value);
    test->published_at = record.time;
    test->title = definition->title.in(definition->locale);
    test->items = definition->items.size();
    {
        std::unique_lock lock(mutex_);
        auto& versions = versions_[test->test_id];
        const auto at = std::lower_bound(versions.begin(), versions.end(), test->version, by_version);
        if (at != versions.end() && (*at)->version == test->version) return "";
        versions.insert(at, test);
    }
    if (!complete_ || scorer_of(*test)) return "";
    return first_error(scoring::scorer::compile(*std::move(definition)).error());
}

std::shared_ptr<const scoring::scorer> catalog::scorer_of(const published_test& test) const {
    return scorers_->of(test);
}

compiled_tests catalog::compiled() const { return scorers_->usage(); }

test_ptr catalog::latest(std::string_view test_id) const {
    std::shared_lock lock(mutex_);
    const auto found = versions_.find(test_id);
    return found == versions_.end() ? nullptr : found->second.back();
}

test_ptr catalog::find(std::string_view test_id, std::int64_t version) const {
    std::shared_lock lock(mutex_);
    const auto found = versions_.find(test_id);
    if (found == versions_.end()) return nullptr;
    const auto& versions = found->second;
    const auto at = std::lower_bound(versions.begin(), versions.end(), version, by_version);
    return at == versions.end() || (*at)->version != version ? nullptr : *at;
}

std::vector<test_ptr> catalog::versions(std::string_view test_id) const {
    std::shared_lock lock(mutex_);
    const auto found = versions_.find(test_id);
    return found == versions_.end() ? std::vector<test_ptr>() : found->second;
}

std::vector<test_ptr> catalog::all_latest() const {
    std::vector<test_ptr> all;
    {
        std::shared_lock lock(mutex_);
        all.reserve(versions_.size());
        for (const auto& [id, versions] : versions_) all.push_back(versions.back());
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->test_id < b->test_id; });
    return all;
}

} // namespace gradesvc::app
