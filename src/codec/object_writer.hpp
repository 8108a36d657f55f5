// Appends one JSON object, member by member.
#pragma once

#include "codec/json_document.hpp"
#include "codec/text.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gradesvc::codec {

/// Writes `{` when made and `}` when closed. Names are literals that need no escapes.
class object_writer {
public:
    explicit object_writer(std::string& out) : out_(out) { out_ += '{'; }

    object_writer& text(std::string_view name, std::string_view value) {
        append_json_string(key(name), value);
        return *this;
    }
    /// null when empty
    object_writer& text_or_null(std::string_view name, std::string_view value) {
        return value.empty() ? null(name) : text(name, value);
    }
    object_writer& text_if(std::string_view name, const std::optional<std::string_view>& value) {
        return value ? text(name, *value) : null(name);
    }
    object_writer& integer(std::string_view name, std::optional<std::int64_t> value) {
        if (!value) return null(name);
        append_integer(key(name), *value);
        return *this;
    }
    object_writer& number(std::string_view name, std::optional<double> value) {
        if (!value) return null(name);
        append_number(key(name), *value);
        return *this;
    }
    object_writer& boolean(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
    object_writer& time(std::string_view name, std::optional<time_ms> value) {
        if (!value) return null(name);
        auto& out = key(name);
        out += '"';
        append_time(out, *value);
        out += '"';
        return *this;
    }
    object_writer& null(std::string_view name) { return raw(name, "null"); }
    /// `value` is JSON already
    object_writer& raw(std::string_view name, std::string_view value) {
        key(name) += value;
        return *this;
    }
    /// Starts a member whose value the caller appends.
    std::string& key(std::string_view name) {
        out_ += std::exchange(several_, true) ? std::string_view(",\"") : std::string_view("\"");
        out_ += name;
        return out_.append("\":", 2);
    }
    void close() { out_ += '}'; }

private:
    std::string& out_;
    bool several_ = false;
};

} // namespace gradesvc::codec
