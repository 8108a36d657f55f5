// Owning pointers to the objects of librdkafka's C API.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace gradesvc::kafka {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

using conf_ptr = std::unique_ptr<rd_kafka_conf_t, freed_by<rd_kafka_conf_destroy>>;
using error_ptr = std::unique_ptr<rd_kafka_error_t, freed_by<rd_kafka_error_destroy>>;
using topic_ptr = std::unique_ptr<rd_kafka_topic_t, freed_by<rd_kafka_topic_destroy>>;
using queue_ptr = std::unique_ptr<rd_kafka_queue_t, freed_by<rd_kafka_queue_destroy>>;
using event_ptr = std::unique_ptr<rd_kafka_event_t, freed_by<rd_kafka_event_destroy>>;
using message_ptr = std::unique_ptr<rd_kafka_message_t, freed_by<rd_kafka_message_destroy>>;
using headers_ptr = std::unique_ptr<rd_kafka_headers_t, freed_by<rd_kafka_headers_destroy>>;
using partition_list =
    std::unique_ptr<rd_kafka_topic_partition_list_t, freed_by<rd_kafka_topic_partition_list_destroy>>;
using metadata_ptr = std::unique_ptr<const rd_kafka_metadata_t, freed_by<rd_kafka_metadata_destroy>>;
using group_metadata =
    std::unique_ptr<rd_kafka_consumer_group_metadata_t, freed_by<rd_kafka_consumer_group_metadata_destroy>>;
using new_topic_ptr = std::unique_ptr<rd_kafka_NewTopic_t, freed_by<rd_kafka_NewTopic_destroy>>;
using config_resource_ptr = std::unique_ptr<rd_kafka_ConfigResource_t, freed_by<rd_kafka_ConfigResource_destroy>>;
using offsets_request =
    std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t, freed_by<rd_kafka_ListConsumerGroupOffsets_destroy>>;
using admin_options = std::unique_ptr<rd_kafka_AdminOptions_t, freed_by<rd_kafka_AdminOptions_destroy>>;

inline partition_list make_partition_list(std::size_t size) {
    return partition_list(rd_kafka_topic_partition_list_new(static_cast<int>(size)));
}

} // namespace gradesvc::kafka
