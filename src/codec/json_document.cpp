#include "codec/json_document.hpp"

#include "codec/text.hpp"
#include "gradesvc/domain/errc.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gradesvc::codec {

namespace json = boost::json;
using error_code = boost::system::error_code;

constexpr std::size_t longest_pointer = 4096; // names may be as long as the document

struct json_handler {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    json_document& document;
    std::string_view source;
    std::string_view key{};
    std::size_t part = 0; // bytes of the current string already in unescaped_

    void add(json_kind kind, std::string_view text) {
        auto& nodes = document.nodes_;
        if (!document.open_.empty()) ++nodes[document.open_.back()].count;
        const auto index = static_cast<std::uint32_t>(nodes.size());
        nodes.push_back({std::exchange(key, {}), text, index + 1, 0, kind});
    }
    bool open(json_kind kind) {
        add(kind, {});
        document.open_.push_back(static_cast<std::uint32_t>(document.nodes_.size() - 1));
        return true;
    }
    bool close() {
        document.nodes_[document.open_.back()].end = static_cast<std::uint32_t>(document.nodes_.size());
        document.open_.pop_back();
        return true;
    }
    // A view that stays valid: into the source where it stands there unescaped, else into unescaped_.
    std::string_view keep(std::string_view text) {
        const bool in_source = std::less_equal<>{}(source.data(), text.data()) &&
                               std::less_equal<>{}(text.data() + text.size(), source.data() + source.size());
        if (part == 0 && in_source) return text;
        auto& buffer = document.unescaped_;
        buffer.append(text);
        const std::size_t size = part + text.size();
        part = 0;
        return std::string_view(buffer).substr(buffer.size() - size);
    }
    bool keep_part(std::string_view text) {
        document.unescaped_.append(text);
        part += text.size();
        return true;
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_array_begin(error_code&) { return open(json_kind::array); }
    bool on_array_end(std::size_t, error_code&) { return close(); }
    bool on_object_begin(error_code&) { return open(json_kind::object); }
    bool on_object_end(std::size_t, error_code&) {
        const auto object = document.open_.back();
        close();
        document.note_duplicates(object);
        return true;
    }
    bool on_string_part(json::string_view s, std::size_t, error_code&) { return keep_part({s.data(), s.size()}); }
    bool on_string(json::string_view s, std::size_t, error_code&) {
        add(json_kind::string, keep({s.data(), s.size()}));
        return true;
    }
    bool on_key_part(json::string_view s, std::size_t, error_code&) { return keep_part({s.data(), s.size()}); }
    bool on_key(json::string_view s, std::size_t, error_code&) {
        key = keep({s.data(), s.size()});
        return true;
    }
    bool on_number_part(json::string_view s, error_code&) { return keep_part({s.data(), s.size()}); }
    bool number(json_kind kind, json::string_view s) {
        add(kind, keep({s.data(), s.size()}));
        return true;
    }
    bool on_int64(std::int64_t, json::string_view s, error_code&) { return number(json_kind::integer, s); }
    bool on_uint64(std::uint64_t, json::string_view s, error_code&) { return number(json_kind::integer, s); }
    bool on_double(double, json::string_view s, error_code&) {
        const bool whole = s.find_first_of(".eE") == json::string_view::npos; // an integer beyond 64 bits
        return number(whole ? json_kind::integer : json_kind::number, s);
    }
    bool on_bool(bool b, error_code&) {
        add(json_kind::boolean, b ? "true" : "false");
        return true;
    }
    bool on_null(error_code&) {
        add(json_kind::null, {});
        return true;
    }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }
};

std::string json_document::parse(std::string_view bytes) {
    nodes_.clear();
    open_.clear();
    duplicates_.clear();
    repeated_.clear();
    unescaped_.clear();
    unescaped_.reserve(bytes.size()); // decoded text is never longer than its escapes: views into it stay valid

    json::parse_options options;
    options.max_depth = max_json_depth;
    json::basic_parser<json_handler> parser(options, json_handler{*this, bytes});
    error_code ec;
    const std::size_t used = parser.write_some(false, bytes.data(), bytes.size(), ec);
    if (!ec && used == bytes.size() && !nodes_.empty()) {
        for (const auto index : repeated_) duplicates_.push_back(pointer_of(index));
        return {};
    }
    if (nodes_.empty()) nodes_.push_back({});
    const bool trailing = !ec && used < bytes.size();
    std::string why = trailing ? "something stands after the end of the document" : ec.message();
    if (ec == json::error::too_deep) why = "nested deeper than " + std::to_string(max_json_depth) + " levels";
    return why + " at byte " + std::to_string(used);
}

void json_document::note_duplicates(std::uint32_t object) {
    names_.clear();
    const value v(this, object);
    for (auto it = v.begin(); it != v.end(); ++it) names_.emplace_back((*it).key(), (*it).index_);
    std::sort(names_.begin(), names_.end());
    for (std::size_t i = 1; i < names_.size(); ++i)
        if (names_[i].first == names_[i - 1].first && repeated_.size() < domain::max_field_errors)
            repeated_.push_back(names_[i].second);
}

std::string json_document::pointer_of(std::uint32_t index) const {
    std::string pointer;
    for (std::uint32_t at = 0; at != index;) {
        std::uint32_t child = at + 1;
        std::size_t position = 0;
        for (; nodes_[child].end <= index && child != index; ++position) child = nodes_[child].end;
        const bool in_array = nodes_[at].kind == json_kind::array;
        const auto key = cut(nodes_[child].key, longest_pointer);
        pointer = domain::pointer_join(pointer, in_array ? std::to_string(position) : std::string(key));
        if (pointer.size() > longest_pointer) break;
        at = child;
    }
    return pointer;
}

json_document::value json_document::value::find(std::string_view key) const {
    if (is(json_kind::object))
        for (auto member : *this)
            if (member.key() == key) return member;
    return {};
}

std::optional<std::int64_t> json_document::value::as_int() const {
    std::int64_t number = 0;
    const auto t = text();
    const auto [end, ec] = std::from_chars(t.data(), t.data() + t.size(), number);
    if (!is(json_kind::integer) || ec != std::errc() || end != t.data() + t.size()) return std::nullopt;
    return number;
}

std::optional<double> json_document::value::as_double() const {
    double number = 0;
    const auto t = text();
    const auto [end, ec] = std::from_chars(t.data(), t.data() + t.size(), number);
    if (!is_number() || ec != std::errc() || end != t.data() + t.size() || !std::isfinite(number)) return std::nullopt;
    return number;
}

namespace {

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

} // namespace

void append_json_string(std::string& out, std::string_view text) {
    if (std::none_of(text.begin(), text.end(), needs_escape)) { // nearly all: written at once
        const auto start = out.size();
        out.resize(start + text.size() + 2, '"');
        text.copy(out.data() + start + 1, text.size());
        return;
    }
    out += '"';
    std::size_t plain = 0; // start of the run not yet copied
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (!needs_escape(text[i])) continue;
        out.append(text, plain, i - plain);
        plain = i + 1;
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            out += "\\u00";
            out += "0123456789abcdef"[c >> 4];
            out += "0123456789abcdef"[c & 15];
        }
    }
    out.append(text, plain);
    out += '"';
}

void append_canonical(std::string& out, json_document::value value, std::string_view leave_out) {
    switch (value.kind()) {
    case json_kind::null: out += "null"; return;
    case json_kind::string: append_json_string(out, value.text()); return;
    case json_kind::boolean:
    case json_kind::integer:
    case json_kind::number: out += value.text(); return;
    case json_kind::array: {
        out += '[';
        const char* separator = "";
        for (auto member : value) {
            out += std::exchange(separator, ",");
            append_canonical(out, member);
        }
        out += ']';
        return;
    }
    case json_kind::object: break;
    }
    std::vector<json_document::value> members;
    members.reserve(value.size());
    for (auto member : value)
        if (leave_out.empty() || member.key() != leave_out) members.push_back(member);
    const auto by_key = [](auto a, auto b) { return a.key() < b.key(); };
    if (!std::is_sorted(members.begin(), members.end(), by_key))
        std::stable_sort(members.begin(), members.end(), by_key);
    out += '{';
    const char* separator = "";
    for (auto member : members) {
        out += std::exchange(separator, ",");
        append_json_string(out, member.key());
        out += ':';
        append_canonical(out, member);
    }
    out += '}';
}

} // namespace gradesvc::codec
