#include "kafka/message.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <new>

namespace gradesvc::kafka {
namespace {

std::vector<ports::header_view> headers_of(const rd_kafka_message_t& message) {
    std::vector<ports::header_view> found;
    rd_kafka_headers_t* headers = nullptr; // stays with the message
    if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return found;
    found.reserve(rd_kafka_header_cnt(headers));
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; ++i)
        found.push_back({name, {static_cast<const char*>(value), size}});
    return found;
}

/// Puts bytes one after the other into a block.
class packer {
public:
    explicit packer(std::size_t size) : block_(static_cast<char*>(std::malloc(size == 0 ? 1 : size))), end_(block_) {
        if (block_ == nullptr) throw std::bad_alloc();
    }
    char* block() const { return block_; }
    std::string_view add(std::string_view bytes) {
        if (!bytes.empty()) std::memcpy(end_, bytes.data(), bytes.size());
        const std::string_view view(end_, bytes.size());
        end_ += bytes.size();
        return view;
    }

private:
    char* block_;
    char* end_;
};

headers_ptr to_headers(const std::vector<ports::header>& headers) {
    headers_ptr list(rd_kafka_headers_new(headers.size()));
    for (const auto& h : headers)
        rd_kafka_header_add(list.get(), h.name.data(), static_cast<ssize_t>(h.name.size()), h.value.data(),
                            static_cast<ssize_t>(h.value.size()));
    return list;
}

} // namespace

ports::record copy_record(const rd_kafka_message_t& message, std::string_view topic, ports::time_ms time,
                          const std::vector<ports::header_view>& headers) {
    std::size_t size = message.key_len + message.len;
    for (const auto& h : headers) size += h.name.size() + h.value.size();

    packer pack(size);
    ports::record made;
    made.memory = {pack.block(), &std::free};
    made.topic = topic;
    made.partition = message.partition;
    made.offset = message.offset;
    made.time = time;
    if (message.key != nullptr) made.key = pack.add({static_cast<const char*>(message.key), message.key_len});
    made.value = pack.add({static_cast<const char*>(message.payload), message.len});
    made.headers.reserve(headers.size());
    for (const auto& h : headers) {
        const auto name = pack.add(h.name);
        made.headers.push_back({name, pack.add(h.value)});
    }
    return made;
}

ports::record to_record(const rd_kafka_message_t& message, std::string_view topic) {
    rd_kafka_timestamp_type_t kind{};
    const std::chrono::milliseconds time(rd_kafka_message_timestamp(&message, &kind));
    return copy_record(message, topic, ports::time_ms(time), headers_of(message));
}

ports::outgoing to_outgoing(const rd_kafka_message_t& message) {
    ports::outgoing made{.topic = rd_kafka_topic_name(message.rkt),
                         .partition = message.key == nullptr ? message.partition : ports::outgoing::by_key,
                         .key = {},
                         .value = std::string(static_cast<const char*>(message.payload), message.len),
                         .headers = {}};
    if (message.key != nullptr) made.key.emplace(static_cast<const char*>(message.key), message.key_len);
    for (const auto& h : headers_of(message)) made.headers.push_back({std::string(h.name), std::string(h.value)});
    return made;
}

rd_kafka_topic_t* record_sender::topic(const std::string& name) {
    {
        const std::shared_lock lock(mutex_);
        if (const auto found = topics_.find(name); found != topics_.end()) return found->second.get();
    }
    const std::lock_guard lock(mutex_);
    auto& made = topics_[name];
    if (!made) made.reset(rd_kafka_topic_new(producer_, name.c_str(), nullptr));
    return made.get();
}

rd_kafka_resp_err_t record_sender::send(const ports::outgoing& record, void* opaque) {
    auto* to = topic(record.topic);
    if (to == nullptr) return rd_kafka_last_error();
    auto headers = record.headers.empty() ? nullptr : to_headers(record.headers);

    std::array<rd_kafka_vu_t, 7> args{};
    args[0].vtype = RD_KAFKA_VTYPE_RKT;
    args[0].u.rkt = to;
    args[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    args[1].u.i32 = record.partition; // by_key is RD_KAFKA_PARTITION_UA
    args[2].vtype = RD_KAFKA_VTYPE_VALUE;
    args[2].u.mem.ptr = const_cast<char*>(record.value.data()); // copied
    args[2].u.mem.size = record.value.size();
    args[3].vtype = RD_KAFKA_VTYPE_KEY;
    args[3].u.mem.ptr = record.key ? const_cast<char*>(record.key->data()) : nullptr;
    args[3].u.mem.size = record.key ? record.key->size() : 0;
    args[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    args[4].u.i = RD_KAFKA_MSG_F_COPY;
    args[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
    args[5].u.ptr = opaque;
    args[6].vtype = RD_KAFKA_VTYPE_HEADERS;
    args[6].u.headers = headers.get();
    const error_ptr error(rd_kafka_produceva(producer_, args.data(), headers ? args.size() : args.size() - 1));
    if (error) return rd_kafka_error_code(error.get());
    (void)headers.release(); // the message owns them now
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static_assert(ports::outgoing::by_key == RD_KAFKA_PARTITION_UA);

} // namespace gradesvc::kafka
