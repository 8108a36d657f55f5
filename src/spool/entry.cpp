#include "spool/entry.hpp"

#include "gradesvc/ports/header_blob.hpp"

#include <chrono>

namespace gradesvc::spool {

entry make_entry(const ports::outgoing& record, std::string_view id_header) {
    constexpr std::size_t room_for_headers = 512;
    entry made;
    made.time_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    made.bytes.reserve(record.topic.size() + record.value.size() + room_for_headers);
    made.bytes += record.topic;
    made.topic_size = record.topic.size();
    if (record.key) made.bytes += *record.key;
    made.key_size = made.bytes.size() - made.topic_size;
    for (const auto& header : record.headers)
        if (header.name == id_header) {
            made.bytes += header.value;
            made.id_size = header.value.size();
            break;
        }
    const auto before = made.bytes.size();
    ports::encode_headers(record.headers, made.bytes);
    made.headers_size = made.bytes.size() - before;
    made.bytes += record.value;
    return made;
}

} // namespace gradesvc::spool
