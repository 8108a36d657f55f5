#include "outcome_store.hpp"

#include <stdexcept>

namespace gradesvc::test {
namespace {

ports::time_ms now() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

} // namespace

struct outcome_store::reader final : ports::reader {
    reader(outcome_store& s, ports::positions from) : store(s), at(std::move(from)) {}

    std::vector<ports::record> read(std::chrono::milliseconds timeout) override {
        std::unique_lock lock(store.mutex_);
        std::vector<ports::record> records;
        store.changed_.wait_for(lock, timeout, [&] {
            for (auto& [where, offset] : at) take(where, offset, records);
            return !records.empty();
        });
        store.read_ += records.size();
        return records;
    }

    void take(const place& where, std::int64_t& offset, std::vector<ports::record>& records) {
        const auto& all = store.records_.at(where);
        for (; offset < static_cast<std::int64_t>(all.size()) && records.size() < 5000; ++offset) {
            const entry& e = all[static_cast<std::size_t>(offset)];
            if (store.gate_ && e.time < *store.gate_) return;
            ports::record& r = records.emplace_back();
            r.topic = where.first;
            r.partition = where.second;
            r.offset = offset;
            r.time = e.time;
            for (const auto& [name, value] : e.headers) r.headers.push_back({name, value});
        }
    }

    ports::positions next() const override { return at; }

    outcome_store& store;
    ports::positions at;
};

outcome_store::outcome_store(std::int32_t partitions) : partitions_(partitions) {
    for (std::int32_t p = 0; p < partitions; ++p)
        for (const auto& topic : {names_.results, names_.dead_letters}) records_[{topic, p}];
}

domain::submission_id outcome_store::id_of(std::int32_t partition, std::int64_t source) {
    return domain::submission_id::for_position("test", partition, source);
}

void outcome_store::append(const place& where, std::optional<ports::time_ms> when,
                           std::vector<std::pair<std::string, std::string>> headers) {
    const std::lock_guard lock(mutex_);
    records_.at(where).push_back({when.value_or(now()), std::move(headers)});
    changed_.notify_all();
}

void outcome_store::result(std::int32_t partition, std::int64_t source, const std::string& revision,
                           std::optional<domain::submission_id> id, std::optional<ports::time_ms> when) {
    const auto subject = id.value_or(id_of(partition, source)).to_string();
    append({names_.results, partition}, when,
           {{"ce_id", subject + revision},
            {"ce_subject", subject},
            {"gs_source_partition", std::to_string(partition)},
            {"gs_source_offset", std::to_string(source)}});
}

void outcome_store::letter(std::int32_t partition, std::int64_t source, std::optional<domain::submission_id> id) {
    const auto subject = id.value_or(id_of(partition, source)).to_string();
    append({names_.dead_letters, (partition + 1) % partitions_}, {},
           {{"ce_id", subject + "/failed"},
            {"ce_subject", subject},
            {"dlq_reason", "validation"},
            {"dlq_partition", std::to_string(partition)},
            {"dlq_offset", std::to_string(source)}});
}

void outcome_store::hold_before(std::optional<ports::time_ms> gate) {
    const std::lock_guard lock(mutex_);
    gate_ = gate;
    changed_.notify_all();
}

std::optional<ports::time_ms> outcome_store::earliest_asked() const {
    const std::lock_guard lock(mutex_);
    return earliest_asked_;
}

std::vector<int> outcome_store::ensure_topics(std::span<const ports::topic_spec>) { throw std::logic_error("unused"); }
std::unique_ptr<ports::publisher> outcome_store::make_publisher() { throw std::logic_error("unused"); }
std::unique_ptr<ports::consumer> outcome_store::make_consumer(const ports::consumer_options&) {
    throw std::logic_error("unused");
}
std::unique_ptr<ports::reader> outcome_store::make_reader(std::vector<std::string>, ports::positions, ports::flow) {
    throw std::logic_error("unused");
}
std::unique_ptr<ports::reader> outcome_store::make_reader(ports::positions from) {
    return std::make_unique<reader>(*this, std::move(from));
}

ports::positions outcome_store::end(std::span<const std::string>, std::chrono::milliseconds) {
    const std::lock_guard lock(mutex_);
    ports::positions found;
    for (const auto& [where, all] : records_) found[where] = static_cast<std::int64_t>(all.size());
    return found;
}

ports::positions outcome_store::written_end(std::span<const std::string> topics, std::chrono::milliseconds timeout) {
    return end(topics, timeout);
}

ports::positions outcome_store::begin(std::span<const std::string>, std::chrono::milliseconds) {
    const std::lock_guard lock(mutex_);
    ports::positions found;
    for (const auto& [where, all] : records_) found[where] = 0;
    return found;
}

ports::positions outcome_store::at(std::span<const std::string>, ports::time_ms time, std::chrono::milliseconds) {
    const std::lock_guard lock(mutex_);
    earliest_asked_ = std::min(earliest_asked_.value_or(time), time);
    ports::positions found;
    for (const auto& [where, all] : records_) {
        std::int64_t& offset = found[where];
        while (offset < static_cast<std::int64_t>(all.size()) && all[static_cast<std::size_t>(offset)].time < time)
            ++offset;
    }
    return found;
}

std::map<std::int32_t, ports::group_position> outcome_store::group_positions(const std::string&, const std::string&,
                                                                             std::chrono::milliseconds) {
    throw std::logic_error("unused");
}

} // namespace gradesvc::test
