// The compiled scorers of the tests that are in use: those asked for least recently make room when all together exceed a
// budget, and are compiled again from the published JSON when they are asked for again. Thread-safe.
//
// Time is counted in compilations, which alone make room necessary: as long as nothing is compiled, look-ups share a lock
// and write nothing but reference counts. Of two tests that were both asked for since the last compilation, either may
// go first.
#pragma once

#include "gradesvc/app/catalog.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

namespace gradesvc::app {

class scorer_cache {
public:
    using scorer_ptr = std::shared_ptr<const scoring::scorer>;

    /// `budget` in bytes; the scorer asked for last is kept whatever it takes.
    explicit scorer_cache(std::size_t budget) : budget_(budget) {}
    ~scorer_cache();

    /// The scorer of a test that outlives this; null when the test is beyond this engine. Compiles it when it is not
    /// here. That is done without a lock that others need, and once: a second thread that asks for the same test waits
    /// for the first one, so that a popular test takes neither its CPU time nor its memory several times.
    scorer_ptr of(const published_test& test);

    compiled_tests usage() const;

private:
    struct entry {
        std::mutex compiling;
        bool beyond = false; // found not to be compilable
        scorer_ptr scorer;   // null: not compiled yet, dropped, or beyond
        std::size_t bytes = 0;
        std::atomic<std::uint64_t> asked = 0; // time of the last look-up
    };

    std::optional<scorer_ptr> find(const published_test& test) const; // nullopt: must be compiled
    entry& entry_of(const published_test& test);
    void keep(entry& place, scorer_ptr scorer);
    std::vector<scorer_ptr> make_room(const entry& newest);

    const std::size_t budget_;
    mutable std::shared_mutex mutex_; // guards all below and, but for their mutex, what is in the entries
    std::unordered_map<const published_test*, std::unique_ptr<entry>> entries_;
    std::vector<entry*> compiled_; // those with a scorer
    std::size_t bytes_ = 0;        // of their scorers
    std::uint64_t time_ = 0;       // compilations
};

} // namespace gradesvc::app
