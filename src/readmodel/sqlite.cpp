#include "gradesvc/readmodel/sqlite.hpp"

#include "readmodel/reader.hpp"
#include "readmodel/schema.hpp"
#include "readmodel/writer.hpp"

#include <sqlite3.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace gradesvc::readmodel {
namespace fs = std::filesystem;
namespace {

constexpr int expire_batch = 1000;

/// Readers that overlap without a gap keep SQLite from reusing its write-ahead log; beyond this size they are held up
/// for the moment that it takes to empty it.
constexpr std::uintmax_t wal_limit = 4ULL * checkpoint_pages * 4096;

/// apply, expire and clear belong to one thread at a time; that thread alone uses writer_.
class sqlite_read_model final : public ports::read_model {
public:
    sqlite_read_model(const fs::path& file, const options& settings)
        : file_(file), settings_(settings), readers_(file, settings.readers, settings.reader_cache_kib) {
        guarded([this] { writer_.emplace(file_, settings_.writer_cache_kib); });
    }

    ports::positions stored_positions() override {
        return guarded([this] { return open_writer().stored_positions(); });
    }

    void apply(const ports::projection& step) override {
        guarded([&] {
            open_writer().apply(step);
            bound_wal();
        });
    }

    void clear() override {
        guarded([this] {
            readers_.without_readers([this] {
                writer_.reset();
                delete_database(file_);
                writer_.emplace(file_, settings_.writer_cache_kib);
            });
        });
    }

    void expire(ports::time_ms limit) override {
        guarded([&] {
            while (open_writer().expire(limit, expire_batch) == expire_batch) bound_wal();
        });
    }

    std::optional<ports::submission_view> find(const domain::submission_id& id) const override {
        return guarded([&] { return readers_.with([&](reader& r) { return r.find(id); }); });
    }

    std::vector<ports::submission_view> list(const ports::page_request& page) const override {
        return guarded([&] { return readers_.with([&](reader& r) { return r.list(page); }); });
    }

private:
    /// Calls `work`; what goes wrong with the file names it.
    template <class Work>
    std::invoke_result_t<Work> guarded(Work work) const {
        try {
            return work();
        } catch (const SQLite::Exception& error) {
            note_damage(file_, error);
            const int kind = error.getErrorCode() & 0xff; // without the details of an extended code
            if (kind == SQLITE_FULL || kind == SQLITE_IOERR)
                throw ports::read_model_unavailable(complaint(error.what()));
            throw std::runtime_error(complaint(error.what()));
        } catch (const fs::filesystem_error& error) {
            throw std::runtime_error(complaint(error.code().message()));
        }
    }

    std::string complaint(const std::string& what) const { return "read model " + file_.string() + ": " + what; }

    writer& open_writer() {
        if (!writer_) throw SQLite::Exception("closed, because it could not be created anew");
        return *writer_;
    }

    void bound_wal() {
        std::error_code missing;
        const std::uintmax_t size = fs::file_size(wal_of(file_), missing);
        if (!missing && size > wal_limit) readers_.without_readers([this] { writer_->checkpoint(); });
    }

    const fs::path file_;
    const options settings_;
    std::optional<writer> writer_;
    mutable reader_pool readers_;
};

} // namespace

std::unique_ptr<ports::read_model> open(const fs::path& file, const options& settings) {
    return std::make_unique<sqlite_read_model>(file, settings);
}

} // namespace gradesvc::readmodel
