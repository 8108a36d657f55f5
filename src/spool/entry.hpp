// A record on its way into the file.
#pragma once

#include "gradesvc/ports/publisher.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gradesvc::spool {

struct entry {
    std::int64_t seq = 0;
    std::int64_t time_ms = 0;
    std::string bytes; ///< topic, key, id, headers and value, one after the other
    std::size_t topic_size = 0, key_size = 0, id_size = 0, headers_size = 0;
    ports::delivered done;

    /// What limits count: the bytes and about what the rows and indexes take beyond them.
    std::int64_t size() const { return static_cast<std::int64_t>(bytes.size()) + 150; }

    std::string_view topic() const { return part(0, topic_size); }
    std::string_view key() const { return part(topic_size, key_size); }
    std::string_view id() const { return part(topic_size + key_size, id_size); }
    std::string_view headers() const { return part(topic_size + key_size + id_size, headers_size); }
    std::string_view value() const {
        return std::string_view(bytes).substr(topic_size + key_size + id_size + headers_size);
    }

private:
    std::string_view part(std::size_t at, std::size_t size) const { return std::string_view(bytes).substr(at, size); }
};

/// Copies the bytes of `record`, which has a key; its id is the value of its header `id_header`.
entry make_entry(const ports::outgoing& record, std::string_view id_header);

} // namespace gradesvc::spool
