// Windows of a worker as Kafka transactions: outputs and positions become visible together or not at all. A window whose
// outcome is unknown (no answer to the commit) is resolved before commit() returns.
#pragma once

#include "kafka/message.hpp"

#include <condition_variable>
#include <span>
#include <thread>

namespace gradesvc::kafka {

/// What a commit is bound to: the membership that the partitions were got in. The cluster refuses it when that
/// membership has ended.
struct membership {
    group_metadata group;
    rd_kafka_t* consumer = nullptr;
};

/// Positions and notes as librdkafka takes them.
partition_list to_offsets(const std::string& topic, std::span<const ports::checkpoint> checkpoints);

/// commit() belongs to one thread at a time; stop() is thread-safe. A thread of its own initialises the producer, as
/// long as it takes; this also ends what a dead predecessor of the same name left open.
class transactions {
public:
    transactions(const config& settings, std::string transactional_id, std::size_t batch_bytes, connection_log& log);
    ~transactions();

    /// Throws log_error where going on is impossible.
    ports::commit_result commit(std::span<const ports::outgoing> outputs, rd_kafka_topic_partition_list_t* offsets,
                                const membership& member);

    /// A commit that waits for a broker gives up: throws log_unavailable, the successor of this name finds the outcome.
    void stop();

    /// Another process of our name has taken over; every commit is refused. Thread-safe.
    bool fenced() const { return fenced_; }

private:
    struct producer;
    struct failure;
    enum class phase { sending, committing };

    void start();
    void initialise(const std::stop_token& stop);
    bool ready(std::chrono::milliseconds limit);

    std::optional<failure> produce(std::span<const ports::outgoing> outputs);
    std::optional<failure> send_offsets(rd_kafka_topic_partition_list_t* offsets, const membership& member);
    std::optional<failure> finish();
    ports::commit_result recover(const failure& what, std::span<const ports::outgoing> outputs,
                                 rd_kafka_topic_partition_list_t* offsets, const membership& member);
    bool taken_over(const failure& what) const;
    bool abort();
    void wait_visible(const membership& member);
    ports::commit_result resolve(rd_kafka_topic_partition_list_t* offsets, const membership& member);
    void delivered(const rd_kafka_message_t& message);
    void check_stopped() const;

    const config settings_;
    const std::string id_;
    const std::size_t batch_bytes_;
    connection_log& log_;

    std::unique_ptr<producer> producer_; ///< belongs to starter_ until ready_
    std::vector<std::size_t> too_large_; ///< outputs refused for their size
    bool undelivered_ = false;           ///< some output of the window was refused
    std::map<std::pair<const rd_kafka_topic_t*, std::int32_t>, std::int64_t> written_; ///< last offset of the window
    std::chrono::steady_clock::time_point begun_;
    std::chrono::milliseconds transaction_timeout_;
    std::atomic<bool> stopped_ = false;
    std::atomic<bool> fenced_ = false;

    std::mutex mutex_;
    std::condition_variable changed_;
    bool ready_ = false;
    std::string hopeless_; ///< why initialising cannot succeed
    std::jthread starter_;
};

} // namespace gradesvc::kafka
