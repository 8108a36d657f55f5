#include "gradesvc/embedded/log.hpp"

#include "embedded/catalog.hpp"
#include "embedded/consumer.hpp"
#include "embedded/folder_lock.hpp"
#include "embedded/routing.hpp"

namespace gradesvc::embedded {
namespace {

constexpr const char* log_file = "log.db";

class publisher final : public ports::publisher {
public:
    publisher(shared_state& state, writer& writer, std::size_t max_record_bytes)
        : state_(state), writer_(writer), max_record_bytes_(max_record_bytes) {}

    /// No callback comes after this.
    ~publisher() override { writer_.flush(std::chrono::hours(24)); }

    void publish(const ports::outgoing& record, ports::delivered done) override {
        const std::size_t size = size_of(record);
        if (size > max_record_bytes_) return done({.error = ports::log_errc::too_large});
        const auto where = route(state_, record);
        writer_.publish(where.first_slot, where.partition, record, size, std::move(done));
    }

    bool flush(std::chrono::milliseconds limit) override { return writer_.flush(limit); }
    bool available() const override { return writer_.healthy(); }

private:
    shared_state& state_;
    writer& writer_;
    const std::size_t max_record_bytes_;
};

class reader final : public ports::reader {
public:
    reader(shared_state& state, std::span<const std::string> topics, const ports::positions& from)
        : state_(state), source_(state.file) {
        const std::lock_guard lock(state_.mutex);
        for (const auto& name : topics) {
            const topic& of = state_.find(name);
            for (std::int32_t p = 0; p < of.partitions; ++p) {
                const auto it = from.find({name, p});
                cursors_.add(of, p, it == from.end() ? 0 : it->second);
            }
        }
        cursors_.look(state_); // moves positions that the log does not hold
    }

    reader(shared_state& state, const ports::positions& from) : state_(state), source_(state.file) {
        const std::lock_guard lock(state_.mutex);
        for (const auto& [where, offset] : from) {
            const topic& of = state_.find(where.first);
            if (where.second < 0 || where.second >= of.partitions)
                throw ports::log_error(
                    complaint(state_.file, "topic " + of.name + " has no partition " + std::to_string(where.second)));
            cursors_.add(of, where.second, offset);
        }
        cursors_.look(state_);
    }

    std::vector<ports::record> read(std::chrono::milliseconds timeout) override {
        if (state_.followed) renew();
        {
            std::unique_lock lock(state_.mutex);
            state_.changed.wait_for(lock, timeout, [this] {
                state_.check();
                return cursors_.look(state_);
            });
        }
        return cursors_.read(source_);
    }

    ports::positions next() const override { return cursors_.positions(); }

private:
    /// Looks into the file where everything known is read.
    void renew() {
        {
            const std::lock_guard lock(state_.mutex);
            if (cursors_.look(state_)) return;
        }
        renew_catalog(state_);
    }

    shared_state& state_;
    cursor_set cursors_;
    record_source source_;
};

class log final : public ports::log {
public:
    explicit log(const config& config)
        : max_record_bytes_(config.max_record_bytes), state_(config.directory / log_file) {
        lock_.emplace(config.directory);
        writer_ = std::make_unique<writer>(state_, config);
        load_catalog(state_);
    }

    /// For reading alone.
    explicit log(const std::filesystem::path& directory) : max_record_bytes_(0), state_(directory / log_file) {
        check_file(state_.file);
        state_.followed = true;
        load_catalog(state_);
    }

    std::vector<int> ensure_topics(std::span<const ports::topic_spec> topics) override {
        open_writer();
        const std::lock_guard lock(ensuring_);
        return embedded::ensure_topics(state_, topics);
    }

    std::unique_ptr<ports::publisher> make_publisher() override {
        return std::make_unique<publisher>(state_, open_writer(), max_record_bytes_);
    }

    std::unique_ptr<ports::consumer> make_consumer(const ports::consumer_options& options) override {
        return std::make_unique<consumer>(state_, open_writer(), max_record_bytes_, options);
    }

    std::unique_ptr<ports::reader> make_reader(std::vector<std::string> topics, ports::positions from,
                                               ports::flow /*what*/) override {
        return std::make_unique<reader>(state_, topics, from);
    }

    std::unique_ptr<ports::reader> make_reader(ports::positions from) override {
        return std::make_unique<reader>(state_, from);
    }

    ports::positions end(std::span<const std::string> topics, std::chrono::milliseconds) override {
        return bounds(topics, &extent::end);
    }

    /// A commit is appended and decided in one step.
    ports::positions written_end(std::span<const std::string> topics, std::chrono::milliseconds) override {
        return bounds(topics, &extent::end);
    }

    ports::positions begin(std::span<const std::string> topics, std::chrono::milliseconds) override {
        return bounds(topics, &extent::first);
    }

    ports::positions at(std::span<const std::string> topics, ports::time_ms time, std::chrono::milliseconds) override {
        record_source source(state_.file);
        const auto first = bounds(topics, &extent::first);
        auto result = bounds(topics, &extent::end);
        for (auto& [where, offset] : result)
            offset = source.find(find(where.first), where.second, first.at(where), offset, time);
        return result;
    }

    std::map<std::int32_t, ports::group_position> group_positions(const std::string& group, const std::string& topic,
                                                                  std::chrono::milliseconds) override {
        const auto stored = load_positions(state_, group, find(topic));
        std::map<std::int32_t, ports::group_position> result;
        for (const auto& [partition, at] : stored) result[partition] = {at.position, at.note};
        return result;
    }

private:
    const topic& find(const std::string& name) {
        const std::lock_guard lock(state_.mutex);
        return state_.find(name);
    }

    writer& open_writer() const {
        if (!writer_) throw ports::log_error(complaint(state_.file, "opened for reading alone"));
        return *writer_;
    }

    ports::positions bounds(std::span<const std::string> topics, std::int64_t extent::*bound) {
        if (state_.followed) renew_catalog(state_);
        ports::positions result;
        const std::lock_guard lock(state_.mutex);
        state_.check();
        for (const auto& name : topics) {
            const topic& of = state_.find(name);
            for (std::int32_t p = 0; p < of.partitions; ++p)
                result[{name, p}] = state_.extents[static_cast<std::size_t>(of.first_slot + p)].*bound;
        }
        return result;
    }

    std::optional<folder_lock> lock_;
    const std::size_t max_record_bytes_;
    shared_state state_;
    std::unique_ptr<writer> writer_; // none: for reading alone
    std::mutex ensuring_;
};

} // namespace

std::unique_ptr<ports::log> make_log(const config& config) { return std::make_unique<log>(config); }

std::unique_ptr<ports::log> open_log_for_reading(const std::filesystem::path& directory) {
    return std::make_unique<log>(directory);
}

} // namespace gradesvc::embedded
