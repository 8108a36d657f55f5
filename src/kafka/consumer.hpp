// ports::consumer: a static member of a group. Rebalances are only noted in librdkafka's callback and answered from
// poll() and release(), so that the owner can commit in between.
#pragma once

#include "kafka/at_least_once.hpp"
#include "kafka/transaction.hpp"

#include <set>

namespace gradesvc::kafka {

class consumer final : public ports::consumer {
public:
    consumer(const config& settings, ports::consumer_options options, std::size_t batch_bytes, connection_log& log);
    ~consumer() override;

    ports::polled poll(std::chrono::milliseconds timeout) override;
    void pause(std::int32_t partition) override;
    void resume(std::int32_t partition) override;
    std::int64_t end(std::int32_t partition) override;
    void release() override;
    ports::commit_result commit(std::span<const ports::outgoing> outputs,
                                std::span<const ports::checkpoint> checkpoints) override;
    void leave() override;

private:
    enum class stage { idle, assigned, owning, losing, leaving }; ///< assigned: positions are not known yet

    client make_client(const config& settings);
    void subscribe();
    void rebalanced(rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions);
    void revoked();
    std::vector<ports::assignment> take_over();
    void fetch(std::chrono::milliseconds timeout, std::vector<ports::record>& into);
    void failed(const rd_kafka_message_t& message);
    std::string taken_over() const;
    void end_membership(std::string why);
    std::vector<std::int32_t> disown();
    partition_list only(std::int32_t partition) const;
    void close();
    bool is_member() const;
    void serve_until(const std::function<bool()>& done);

    const ports::consumer_options options_;
    connection_log& log_;
    stage stage_ = stage::idle;
    partition_list assigned_;        ///< what the group gave us
    std::vector<std::int32_t> lost_; ///< to be reported
    bool tell_losing_ = false;
    std::string ended_; ///< why nothing more will come
    bool closed_ = false;

    std::mutex mutex_;
    std::set<std::int32_t> owned_;             ///< guarded by mutex_
    std::shared_ptr<const membership> member_; ///< guarded by mutex_

    client client_;
    std::unique_ptr<transactions> transactions_;
    std::unique_ptr<at_least_once> at_least_once_;
};

} // namespace gradesvc::kafka
