// ports::reader without a consumer group: every partition is read from an explicit position into one queue.
#pragma once

#include "kafka/client.hpp"

#include <set>

namespace gradesvc::kafka {

class reader final : public ports::reader {
public:
    /// Reads all partitions of `topics`.
    reader(const config& settings, std::vector<std::string> topics, ports::positions from, ports::flow what,
           connection_log& log);
    /// Reads those that `from` names.
    reader(const config& settings, ports::positions from, connection_log& log);
    ~reader() override;

    std::vector<ports::record> read(std::chrono::milliseconds timeout) override;
    ports::positions next() const override { return next_; }

private:
    bool start(std::chrono::milliseconds timeout);
    partition_list wanted(std::chrono::milliseconds timeout) const;
    bool take(const rd_kafka_message_t& message, std::vector<ports::record>& into);
    std::string_view topic_of(const rd_kafka_message_t& message) const;

    struct source {
        topic_ptr topic;
        std::int32_t partition = 0;
    };

    const std::vector<std::string> topics_; ///< records refer to these names
    const bool all_;                        ///< every partition of them
    ports::positions next_;
    connection_log& log_;
    client client_;
    queue_ptr queue_;
    std::vector<source> sources_; ///< empty until the cluster has said how many partitions there are
};

} // namespace gradesvc::kafka
