// Reads the members of a JSON object of a definition one by one; every mistake becomes an error with its pointer, and
// reading goes on. What nobody asked for by finish() is an unknown member. Confined to one thread.
#pragma once

#include "codec/json_document.hpp"
#include "domain/exact.hpp"
#include "gradesvc/domain/errc.hpp"
#include "gradesvc/domain/test_definition.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradesvc::codec {

using json_value = json_document::value;

/// The errors of one document, the first `most` of them. Names in a document may be as long as the document, and stand in
/// every pointer below: what is longer than any pointer of a valid definition is cut.
class error_list {
public:
    explicit error_list(std::size_t most) : most_(most) {}
    void add(std::string pointer, std::string detail);
    bool empty() const { return errors_.empty(); }
    std::vector<domain::field_error> take() { return std::move(errors_); }

private:
    std::size_t most_;
    std::vector<domain::field_error> errors_;
};

/// A number that decides about points: its text, and its value.
struct exact_number {
    domain::exact_text text;
    domain::exact value;
};

template <class Enum>
using word_table = std::initializer_list<std::pair<std::string_view, Enum>>;

// Values. Each returns nullopt (or "") after adding an error.
std::optional<std::string> read_text(error_list&, json_value, const std::string& pointer, std::size_t max_length);
std::optional<std::string> read_id(error_list&, json_value, const std::string& pointer, bool path_safe);
std::optional<exact_number> read_exact(error_list&, json_value, const std::string& pointer);
std::optional<double> read_number(error_list&, json_value, const std::string& pointer, double min, double max);
domain::localized_text read_localized(error_list&, json_value, const std::string& pointer);

/// "gapMatch" and "gap-match" as "gap_match".
std::string snake_case(std::string_view word);
void add_unknown_word(error_list&, const std::string& pointer, std::string_view given,
                      const std::vector<std::string_view>& known);

class object_reader {
public:
    object_reader(error_list& errors, json_value value, std::string pointer);

    explicit operator bool() const { return object_; } ///< it is an object
    error_list& errors() const { return errors_; }
    const std::string& pointer() const { return pointer_; }
    std::string at(std::string_view name) const { return domain::pointer_join(pointer_, name); }
    void error(std::string_view name, std::string detail) const { errors_.add(at(name), std::move(detail)); }

    /// The member, or a value that is false; from now on it is a known one.
    json_value take(std::string_view name);
    /// The same, but its absence is an error.
    json_value need(std::string_view name);
    /// The member as an array or object with `min` to `max` members, or a value that is false.
    json_value take_list(std::string_view name, json_kind kind, std::size_t min, std::size_t max);
    /// An object of 0 to `max` members whose names are the author's; those of no length, or of more than `length` code
    /// points, are errors, and make the whole a value that is false.
    json_value take_map(std::string_view name, std::size_t max, std::size_t length);

    std::optional<std::string> text(std::string_view name, std::size_t max_length);
    std::optional<exact_number> exact(std::string_view name);
    /// The same within ± limits::points.
    std::optional<exact_number> points(std::string_view name);
    std::optional<double> number(std::string_view name, double min, double max);
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
    void boolean(std::string_view name, bool& target);
    domain::localized_text localized(std::string_view name);

    /// One of the words of a table, in any of its spellings; false when absent or wrong.
    template <class Enum>
    bool word(std::string_view name, Enum& target, word_table<Enum> table) {
        const auto given = take(name);
        if (!given) return false;
        std::vector<std::string_view> known;
        for (const auto& [text, value] : table) {
            if (given.is(json_kind::string) && (given.text() == text || snake_case(given.text()) == text)) {
                target = value;
                return true;
            }
            known.push_back(text);
        }
        add_unknown_word(errors_, at(name), given.is(json_kind::string) ? given.text() : std::string_view(), known);
        return false;
    }

    /// Reports the members that were not asked for: what `of` describes has none of these names.
    void finish(std::string_view of);

private:
    error_list& errors_;
    json_value value_;
    std::string pointer_;
    bool object_;
    std::vector<std::string_view> known_;
};

/// A set of ids that must be distinct; says so at the second one.
class distinct_ids {
public:
    bool add(error_list&, const std::string& pointer, std::string_view id);
    std::optional<std::size_t> find(std::string_view id) const; ///< position among the added ones

private:
    std::vector<std::pair<std::string, std::size_t>> sorted_;
};

} // namespace gradesvc::codec
