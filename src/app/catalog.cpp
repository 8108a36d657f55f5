#include "gradesvc/app/catalog.hpp"

#include "app/scorer_cache.hpp"
#include "codec/definition.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

namespace gradesvc::app {

namespace {

std::string first_error(const domain::refusal& why) {
    return why.errors.empty() ? why.detail : why.errors.front().pointer + ": " + why.errors.front().detail;
}

auto place_of(auto& versions, std::int64_t version) {
    return std::ranges::lower_bound(versions, version, {}, &published_test::version);
}

test_ptr published(const domain::test_definition& definition, const ports::record& record) {
    return std::make_shared<published_test>(published_test{.test_id = definition.test_id,
                                                           .version = *definition.version,
                                                           .sha256 = codec::definition_sha256(record.value),
                                                           .json = std::string(record.value),
                                                           .published_at = record.time,
                                                           .title = std::string(definition.title.in(definition.locale)),
                                                           .items = definition.items.size()});
}

} // namespace

catalog::catalog(std::size_t budget) : scorers_(std::make_unique<scorer_cache>(budget)) {}
catalog::~catalog() = default;

std::string catalog::apply(const ports::record& record) {
    auto definition = codec::decode_definition(record.value);
    if (!definition) return first_error(definition.error());
    if (!definition->version) return "/version: is required";
    const auto test = published(*definition, record);
    {
        std::unique_lock lock(mutex_);
        auto& versions = versions_[test->test_id];
        const auto at = place_of(versions, test->version);
        if (at == versions.end() || (*at)->version != test->version)
            versions.insert(at, test);
        else if (remembered_.erase(at->get()) == 0 || (*at)->sha256 == test->sha256)
            return "";
        else
            dropped_.push_back(std::exchange(*at, test));
    }
    if (!complete_ || scorer_of(*test)) return "";
    return first_error(scoring::scorer::compile(*std::move(definition)).error());
}

void catalog::remember(const ports::record& record) {
    const auto definition = codec::decode_definition(record.value);
    if (!definition || !definition->version) return;
    auto test = published(*definition, record);
    std::unique_lock lock(mutex_);
    auto& versions = versions_[test->test_id];
    const auto at = place_of(versions, test->version);
    if (at != versions.end() && (*at)->version == test->version) return;
    remembered_.insert(test.get());
    versions.insert(at, std::move(test));
}

void catalog::set_complete() {
    std::unique_lock lock(mutex_);
    const auto unseen = [this](const test_ptr& test) { return remembered_.contains(test.get()); };
    for (auto& [id, versions] : versions_) {
        std::ranges::copy_if(versions, std::back_inserter(dropped_), unseen);
        std::erase_if(versions, unseen);
    }
    std::erase_if(versions_, [](const auto& test) { return test.second.empty(); });
    remembered_.clear();
    complete_ = true;
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
    const auto at = place_of(versions, version);
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
