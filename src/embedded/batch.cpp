#include "embedded/batch.hpp"

#include "gradesvc/ports/header_blob.hpp"

namespace gradesvc::embedded {

std::size_t size_of(const ports::outgoing& record) {
    std::size_t size = record.value.size() + (record.key ? record.key->size() : 0);
    for (const auto& header : record.headers) size += header.name.size() + header.value.size();
    return size;
}

void batch::add(std::int32_t first_slot, std::int32_t partition, ports::time_ms time, const ports::outgoing& record) {
    entry e{.slot = first_slot + partition, .partition = partition, .time_ms = time.time_since_epoch().count()};
    e.at = bytes_.size();
    e.has_key = record.key.has_value();
    if (record.key) bytes_ += *record.key;
    e.key_size = bytes_.size() - e.at;
    ports::encode_headers(record.headers, bytes_);
    e.headers_size = bytes_.size() - e.at - e.key_size;
    bytes_ += record.value;
    e.value_size = record.value.size();
    entries_.push_back(e);
}

void batch::clear() {
    entries_.clear();
    bytes_.clear();
}

std::optional<std::string_view> batch::key(const entry& e) const {
    if (!e.has_key) return std::nullopt;
    return std::string_view(bytes_).substr(e.at, e.key_size);
}

std::string_view batch::headers(const entry& e) const {
    return std::string_view(bytes_).substr(e.at + e.key_size, e.headers_size);
}

std::string_view batch::value(const entry& e) const {
    return std::string_view(bytes_).substr(e.at + e.key_size + e.headers_size, e.value_size);
}

} // namespace gradesvc::embedded
