// The reading side of the read model. A reader is one connection, used by one thread at a time; the pool hands them
// out to any number of threads. Throws SQLite::Exception.
#pragma once

#include "gradesvc/ports/read_model.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace gradesvc::readmodel {

class reader {
public:
    reader(const std::filesystem::path& file, int cache_kib);

    std::optional<ports::submission_view> find(const domain::submission_id& id);
    std::vector<ports::submission_view> list(const ports::page_request& page);

private:
    SQLite::Database db_;
    SQLite::Statement find_, list_, list_of_test_;
};

/// Thread-safe.
class reader_pool {
public:
    reader_pool(std::filesystem::path file, int size, int cache_kib);

    /// Calls `read(reader&)` with a reader that nobody else has; waits for one.
    template <class Read>
    auto with(Read read) {
        const lease mine(*this);
        return read(*mine.held);
    }

    /// Calls `work` while nobody reads, with all readers closed.
    template <class Work>
    void without_readers(Work work) {
        const closing closed(*this);
        work();
    }

private:
    struct lease {
        explicit lease(reader_pool& p) : pool(p), held(p.take()) {}
        ~lease() { pool.give_back(std::move(held)); }
        lease(const lease&) = delete;
        lease& operator=(const lease&) = delete;
        reader_pool& pool;
        std::unique_ptr<reader> held;
    };
    struct closing {
        explicit closing(reader_pool& p) : pool(p) { pool.close(); }
        ~closing() { pool.reopen(); }
        closing(const closing&) = delete;
        closing& operator=(const closing&) = delete;
        reader_pool& pool;
    };

    std::unique_ptr<reader> take();
    void give_back(std::unique_ptr<reader> done);
    void close();
    void reopen();

    const std::filesystem::path file_;
    const int size_;
    const int cache_kib_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::unique_ptr<reader>> idle_;
    int lent_ = 0;
    bool closed_ = false;
};

} // namespace gradesvc::readmodel
