#include "embedded/writer.hpp"

#include "embedded/catalog.hpp"
#include "embedded/database.hpp"
#include "gradesvc/faults/fault.hpp"
#include "gradesvc/telemetry/log.hpp"
#include "sqlite/file.hpp"

#include <sqlite3.h>

#include <utility>

namespace gradesvc::embedded {
namespace {

// Large enough that the cost of a transaction vanishes, small enough that nobody waits long for one.
constexpr std::size_t parcel_records = 4096;
constexpr std::size_t parcel_bytes = 4 * 1024 * 1024;
constexpr std::size_t spare_parcels = 4;
constexpr std::chrono::milliseconds retry_interval{250};

ports::time_ms wall_time() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// A commit whose fsync failed may come to light when the file is opened next, if nothing overwrites it before.
ports::log_errc outcome_of(const SQLite::Exception& error) {
    return error.getExtendedErrorCode() == SQLITE_IOERR_FSYNC ? ports::log_errc::outcome_unknown
                                                              : ports::log_errc::unavailable;
}

} // namespace

writer::writer(shared_state& state, const config& config) : state_(state), config_(config), store_(state.file) {
    load_catalog(state_);
    thread_ = std::thread([this] { run(); });
}

writer::~writer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    work_.notify_one();
    thread_.join();
}

void writer::publish(std::int32_t first_slot, std::int32_t partition, const ports::outgoing& record, std::size_t size,
                     ports::delivered done) {
    {
        const std::lock_guard lock(mutex_);
        if (records_ < config_.queue_records && bytes_ + size <= config_.queue_bytes) {
            parcel& open = open_parcel();
            open.records.add(first_slot, partition, wall_time(), record);
            open.done.push_back(std::move(done));
            open.bytes += size;
            ++records_;
            bytes_ += size;
            ++published_count_;
            done = nullptr;
        }
    }
    if (done)
        done({.error = ports::log_errc::queue_full});
    else
        work_.notify_one();
}

writer::parcel& writer::open_parcel() {
    if (waiting_.empty() || waiting_.back()->done.size() >= parcel_records || waiting_.back()->bytes >= parcel_bytes) {
        if (spare_.empty()) spare_.push_back(std::make_unique<parcel>());
        waiting_.push_back(std::move(spare_.back()));
        spare_.pop_back();
    }
    return *waiting_.back();
}

void writer::commit(commit_request& request) {
    std::unique_lock lock(mutex_);
    commits_.push_back(&request);
    work_.notify_one();
    decided_.wait(lock, [&] { return request.decided; });
}

bool writer::flush(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    const auto goal = published_count_;
    return decided_.wait_for(lock, limit, [&] { return decided_count_ >= goal; });
}

void writer::run() {
    for (;;) {
        round work;
        {
            std::unique_lock lock(mutex_);
            work_.wait_until(lock, next_upkeep_,
                             [this] { return stopping_ || !waiting_.empty() || !commits_.empty(); });
            if (!waiting_.empty()) {
                work.published = std::move(waiting_.front());
                waiting_.pop_front();
            }
            work.commits = std::exchange(commits_, {});
            if (stopping_ && !work.published && work.commits.empty()) return;
        }
        if (work.published || !work.commits.empty()) write(work);
        if (steady::now() >= next_upkeep_) upkeep();
    }
}

void writer::write(round& work) {
    const auto admitted = admit(work);
    const auto error = write_transaction(work, admitted);
    for (auto* request : admitted)
        request->error = error ? ports::log_errc::unavailable : error; // trying again is right, whatever became of it
    make_visible(admitted, !error);
    faults::point("embedded.visible");
    tell(work, error);
    faults::point("embedded.told");
}

/// Marks the others as fenced. From here until make_visible nobody else gets what the admitted ones own.
std::vector<commit_request*> writer::admit(round& work) {
    std::vector<commit_request*> admitted;
    std::vector<std::int32_t> partitions;
    const std::lock_guard lock(state_.mutex);
    for (auto* request : work.commits) {
        partitions.clear();
        for (const auto& checkpoint : request->checkpoints) partitions.push_back(checkpoint.partition);
        if (request->members.members.begin_commit(request->member, partitions))
            admitted.push_back(request);
        else
            request->error = ports::log_errc::fenced;
    }
    next_.resize(state_.extents.size());
    for (std::size_t slot = 0; slot < next_.size(); ++slot) next_[slot] = state_.extents[slot].end;
    return admitted;
}

boost::system::error_code writer::write_transaction(round& work, std::span<commit_request* const> admitted) try {
    if (!work.published && admitted.empty()) return {};
    store_.begin();
    faults::point("embedded.begun");
    if (work.published) store_.append(work.published->records, next_);
    for (auto* request : admitted) store_.append(request->outputs, next_);
    faults::point("embedded.appended");
    for (const auto* request : admitted)
        for (const auto& c : request->checkpoints)
            store_.put_position(request->group, request->of.first_slot + c.partition, c.position, c.note);
    faults::point("embedded.stored");
    store_.commit();
    faults::point("embedded.committed");
    recovered();
    return {};
} catch (const SQLite::Exception& error) {
    store_.rollback();
    failed(error);
    return outcome_of(error);
}

void writer::make_visible(std::span<commit_request* const> admitted, bool written) {
    const std::lock_guard lock(state_.mutex);
    if (written)
        for (std::size_t slot = 0; slot < next_.size(); ++slot) state_.extents[slot].end = next_[slot];
    for (const auto* request : admitted) {
        if (written)
            for (const auto& c : request->checkpoints) request->members.committed[c.partition] = {c.position, c.note};
        request->members.members.end_commit(request->member);
    }
    state_.changed.notify_all();
}

void writer::tell(round& work, boost::system::error_code error) {
    parcel* const published = work.published.get();
    const std::size_t count = published ? published->done.size() : 0;
    const std::size_t bytes = published ? published->bytes : 0;
    if (published) {
        const auto& entries = published->records.entries();
        for (std::size_t i = 0; i < count; ++i)
            published->done[i](error ? ports::delivery{.error = error}
                                     : ports::delivery{{}, entries[i].partition, entries[i].offset});
        published->records.clear();
        published->done.clear(); // outside the lock: what callbacks hold is destroyed here
        published->bytes = 0;
    }
    const std::lock_guard lock(mutex_);
    for (auto* request : work.commits) request->decided = true;
    records_ -= count;
    bytes_ -= bytes;
    decided_count_ += count;
    if (published && spare_.size() < spare_parcels) spare_.push_back(std::move(work.published));
    decided_.notify_all();
}

void writer::upkeep() try {
    if (!healthy_) {
        store_.try_writing();
        recovered();
    }
    const bool more = expire_some();
    next_upkeep_ = more ? steady::now() : steady::now() + config_.retention_interval;
} catch (const SQLite::Exception& error) {
    store_.rollback();
    failed(error);
}

/// One small transaction, so that publishing goes on between them. False when nothing is left to delete.
bool writer::expire_some() {
    struct candidate {
        std::int32_t slot;
        extent reach;
        ports::time_ms limit;
    };
    std::vector<candidate> candidates;
    {
        const std::lock_guard lock(state_.mutex);
        for (const auto& [name, topic] : state_.topics)
            for (std::int32_t p = 0; topic->retention && p < topic->partitions; ++p) {
                const auto slot = topic->first_slot + p;
                candidates.push_back(
                    {slot, state_.extents[static_cast<std::size_t>(slot)], wall_time() - *topic->retention});
            }
    }
    for (const auto& [slot, reach, limit] : candidates) {
        const auto left = store_.expire(slot, reach.first, reach.end, limit);
        if (left == reach.first) continue;
        const std::lock_guard lock(state_.mutex);
        state_.extents[static_cast<std::size_t>(slot)].first = left;
        return true;
    }
    return false;
}

void writer::failed(const SQLite::Exception& error) {
    if (sqlite::damaged(error)) state_.set_broken(complaint(state_.file, error.what()));
    if (healthy_.exchange(false))
        telemetry::log(telemetry::level::error, "the embedded log cannot be written",
                       {{"path", state_.file.native()}, {"errc", error.what()}});
    next_upkeep_ = steady::now() + retry_interval;
}

void writer::recovered() {
    if (!healthy_.exchange(true))
        telemetry::log(telemetry::level::info, "the embedded log is written again", {{"path", state_.file.native()}});
}

} // namespace gradesvc::embedded
