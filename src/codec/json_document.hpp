// A JSON text as a flat tree of views: keeps the text of numbers, sees duplicate members, allocates nothing per value
// once its buffers have grown. Reuse one document for many texts; confined to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::codec {

enum class json_kind : std::uint8_t { null, boolean, integer, number, string, array, object };

/// Deepest nesting that parse() takes.
inline constexpr std::size_t max_json_depth = 32;

class json_document {
    struct node {
        std::string_view key;  // of a member of an object
        std::string_view text; // decoded string; number as written; "true"
        std::uint32_t end = 0; // index after the last descendant
        std::uint32_t count = 0;
        json_kind kind = json_kind::null;
    };

public:
    /// A place in the document: trivially copyable, valid until the next parse.
    class value {
    public:
        value() = default; ///< not in any document
        explicit operator bool() const { return document_ != nullptr; }
        json_kind kind() const { return self().kind; }
        bool is(json_kind k) const { return kind() == k; }
        bool is_number() const { return is(json_kind::integer) || is(json_kind::number); }
        std::string_view key() const { return self().key; }
        std::string_view text() const { return self().text; }
        std::size_t size() const { return self().count; } ///< members of an array or object

        class iterator {
        public:
            iterator(const json_document* d, std::uint32_t i) : document_(d), index_(i) {}
            value operator*() const { return {document_, index_}; }
            iterator& operator++() {
                index_ = document_->nodes_[index_].end;
                return *this;
            }
            bool operator==(const iterator&) const = default;

        private:
            const json_document* document_;
            std::uint32_t index_;
        };
        iterator begin() const { return {document_, index_ + 1}; }
        iterator end() const { return {document_, self().end}; }

        /// The member of that name, or a value that is false. Linear.
        value find(std::string_view key) const;

        /// The number as a signed integer; nullopt when it is none or out of range.
        std::optional<std::int64_t> as_int() const;
        /// The number as the nearest double (finite), or nullopt.
        std::optional<double> as_double() const;
        bool as_bool() const { return text() == "true"; }

    private:
        friend class json_document;
        value(const json_document* d, std::uint32_t i) : document_(d), index_(i) {}
        const node& self() const { return document_->nodes_[index_]; }
        const json_document* document_ = nullptr;
        std::uint32_t index_ = 0;
    };

    /// Parses a whole text. `bytes` must outlive the use of the document. Returns "" or why it is not JSON (bad syntax,
    /// bad UTF-8, too deep, something after the end), with the byte offset.
    std::string parse(std::string_view bytes);

    value root() const { return {this, 0}; }
    std::size_t values() const { return nodes_.size(); } ///< in the whole document

    /// JSON pointers of members that repeat an earlier name of their object; cut where they are very long.
    const std::vector<std::string>& duplicates() const { return duplicates_; }

private:
    friend struct json_handler;
    void note_duplicates(std::uint32_t object);
    std::string pointer_of(std::uint32_t index) const;

    std::vector<node> nodes_;
    std::string unescaped_; // decoded texts of strings with escapes; never grows beyond its capacity while parsing
    std::vector<std::uint32_t> open_;
    std::vector<std::pair<std::string_view, std::uint32_t>> names_; // scratch
    std::vector<std::uint32_t> repeated_;                           // members whose name stood there before
    std::vector<std::string> duplicates_;
};

/// Canonical JSON: members sorted by their UTF-8 bytes, no white space, minimal escapes (RFC 8785), numbers as written.
/// `leave_out` names a member of the outermost object that is skipped.
void append_canonical(std::string& out, json_document::value value, std::string_view leave_out = {});

/// A string with quotes and minimal escapes.
void append_json_string(std::string& out, std::string_view text);

} // namespace gradesvc::codec
