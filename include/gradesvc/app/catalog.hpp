// All published versions of all tests, in memory. Their scorers are compiled when they are asked for; those of the tests in
// use are kept. Fed from test_definitions by one thread at a time; everything else is thread-safe.
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "gradesvc/ports/record.hpp"
#include "gradesvc/scoring/scorer.hpp"

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gradesvc::app {

class scorer_cache;

/// One version of a test. Immutable.
struct published_test {
    std::string test_id;
    std::int64_t version = 0;
    std::string sha256; ///< of the definition without its version
    std::string json;   ///< the definition with its version
    ports::time_ms published_at{};
    std::string title; ///< in the language of the test; "" = none
    std::size_t items = 0;
};

using test_ptr = std::shared_ptr<const published_test>;

/// How many scorers are in memory, and what they take.
struct compiled_tests {
    std::size_t count = 0;
    std::size_t bytes = 0;
};

class catalog {
public:
    static constexpr std::size_t scorer_budget = 512 * 1024 * 1024; ///< bytes

    explicit catalog(std::size_t budget = scorer_budget);
    ~catalog();

    /// Takes a record of test_definitions. The first record of a version counts; others are passed over.
    /// Returns what was wrong with the record, "" when nothing. Once the catalog is complete, a new version is compiled at
    /// once: its first submission finds it ready, and it is known here when it is beyond this engine.
    std::string apply(const ports::record& record);

    /// Takes a record of test_definitions as it was read at an earlier time. It counts until apply() gets another one for
    /// its version, at the longest until the catalog is complete.
    void remember(const ports::record& record);

    /// Everything that stood in the log at the start is applied. Before that a test that is not here may yet come.
    void set_complete();
    bool complete() const { return complete_; }

    test_ptr latest(std::string_view test_id) const; ///< null = unknown test
    test_ptr find(std::string_view test_id, std::int64_t version) const;
    std::vector<test_ptr> versions(std::string_view test_id) const; ///< ascending
    std::vector<test_ptr> all_latest() const;                       ///< by test id

    /// The scorer of a test of this catalog; null: published by a newer gradesvc, beyond this engine. A look-up for a test
    /// in use; else the test is compiled first, which takes milliseconds.
    std::shared_ptr<const scoring::scorer> scorer_of(const published_test& test) const;
    compiled_tests compiled() const;

private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
    };
    std::atomic<bool> complete_{false};
    using version_list = std::vector<test_ptr>; // ascending

    mutable std::shared_mutex mutex_; // guards the next three
    std::unordered_map<std::string, version_list, hash, std::equal_to<>> versions_;
    std::unordered_set<const published_test*> remembered_; // of versions_: not seen in the log
    std::vector<test_ptr> dropped_;                        // were remembered; somebody may still use them
    std::unique_ptr<scorer_cache> scorers_;
};

} // namespace gradesvc::app
