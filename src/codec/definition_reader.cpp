#include "codec/definition_reader.hpp"

#include "codec/submission_decoder.hpp"
#include "codec/text.hpp"
#include "gradesvc/domain/definition_limits.hpp"

#include <algorithm>

namespace gradesvc::codec {

namespace limits = domain::limits;

void error_list::add(std::string pointer, std::string detail) {
    constexpr std::size_t longest = 2 * limits::name_size;
    if (errors_.size() >= most_) return;
    pointer.resize(cut(pointer, longest).size());
    detail.resize(cut(detail, longest).size());
    errors_.push_back({std::move(pointer), std::move(detail)});
}

std::optional<std::string> read_text(error_list& errors, json_value value, const std::string& pointer,
                                     std::size_t max_length) {
    if (!value.is(json_kind::string)) {
        errors.add(pointer, "must be a string");
    } else if (is_blank(value.text())) {
        errors.add(pointer, "must not be blank");
    } else if (code_points(value.text()) > max_length) {
        errors.add(pointer, "is longer than " + std::to_string(max_length) + " characters");
    } else {
        return std::string(value.text());
    }
    return std::nullopt;
}

std::optional<std::string> read_id(error_list& errors, json_value value, const std::string& pointer, bool path_safe) {
    if (!value.is(json_kind::string)) {
        errors.add(pointer, "must be a string");
        return std::nullopt;
    }
    auto why = id_error(value.text(), path_safe);
    if (why.empty()) return std::string(value.text());
    errors.add(pointer, std::move(why));
    return std::nullopt;
}

std::optional<exact_number> read_exact(error_list& errors, json_value value, const std::string& pointer) {
    if (!value.is(json_kind::string) && !value.is_number()) {
        errors.add(pointer, "must be a number, or a string with a decimal or a fraction p/q");
        return std::nullopt;
    }
    if (auto number = domain::parse_exact(value.text()))
        return exact_number{std::string(value.text()), std::move(*number)};
    errors.add(pointer, "is not a decimal or a fraction p/q of at most " + std::to_string(limits::key_digits) +
                            " digits within 1e±" + std::to_string(limits::key_exponent));
    return std::nullopt;
}

std::optional<double> read_number(error_list& errors, json_value value, const std::string& pointer, double min,
                                  double max) {
    const auto number = value.as_double();
    if (number && *number >= min && *number <= max) return number;
    std::string range;
    append_number(range, min);
    range += " to ";
    append_number(range, max);
    errors.add(pointer, "must be a number from " + range);
    return std::nullopt;
}

domain::localized_text read_localized(error_list& errors, json_value value, const std::string& pointer) {
    domain::localized_text text;
    if (value.is(json_kind::string)) {
        if (auto one = read_text(errors, value, pointer, limits::text_length))
            text.texts.emplace_back("", std::move(*one));
        return text;
    }
    if (!value.is(json_kind::object) || value.size() == 0 || value.size() > limits::languages) {
        errors.add(pointer, "must be a string, or an object of 1 to " + std::to_string(limits::languages) +
                                " languages and texts");
        return text;
    }
    for (const auto member : value) {
        const auto at = domain::pointer_join(pointer, cut(member.key(), limits::name_size));
        if (member.key().empty() || member.key().size() > limits::locale_length) errors.add(at, "is not a language");
        if (auto one = read_text(errors, member, at, limits::text_length))
            text.texts.emplace_back(member.key(), std::move(*one));
    }
    return text;
}

std::string snake_case(std::string_view word) {
    std::string snake;
    for (const char c : word) {
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper && !snake.empty()) snake += '_';
        snake += c == '-' ? '_' : upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return snake;
}

void add_unknown_word(error_list& errors, const std::string& pointer, std::string_view given,
                      const std::vector<std::string_view>& known) {
    std::string detail = given.empty() ? "must be one of " : "\"" + std::string(cut(given, 40)) + "\" is not one of ";
    for (std::size_t i = 0; i < known.size(); ++i) detail.append(i == 0 ? "" : ", ").append(known[i]);
    errors.add(pointer, std::move(detail));
}

object_reader::object_reader(error_list& errors, json_value value, std::string pointer)
    : errors_(errors), value_(value), pointer_(std::move(pointer)), object_(value.is(json_kind::object)) {
    if (!object_) errors_.add(pointer_, "must be an object");
}

json_value object_reader::take(std::string_view name) {
    known_.push_back(name);
    return object_ ? value_.find(name) : json_value();
}

json_value object_reader::need(std::string_view name) {
    const auto member = take(name);
    if (!member && object_) error(name, "is missing");
    return member;
}

json_value object_reader::take_list(std::string_view name, json_kind kind, std::size_t min, std::size_t max) {
    const auto list = take(name);
    if (!list || (list.is(kind) && list.size() >= min && list.size() <= max)) return list;
    error(name, std::string("must be an ") + (kind == json_kind::array ? "array" : "object") + " of " +
                    std::to_string(min) + " to " + std::to_string(max) + " members");
    return {};
}

json_value object_reader::take_map(std::string_view name, std::size_t max, std::size_t length) {
    const auto map = take_list(name, json_kind::object, 0, max);
    if (!map) return map;
    bool good = true;
    for (const auto member : map) {
        const auto size = code_points(member.key());
        if (size > 0 && size <= length) continue;
        errors_.add(domain::pointer_join(at(name), cut(member.key(), limits::name_size)),
                    "must have a name of 1 to " + std::to_string(length) + " characters");
        good = false;
    }
    return good ? map : json_value();
}

std::optional<std::string> object_reader::text(std::string_view name, std::size_t max_length) {
    const auto member = take(name);
    return member ? read_text(errors_, member, at(name), max_length) : std::nullopt;
}

std::optional<exact_number> object_reader::exact(std::string_view name) {
    const auto member = take(name);
    return member ? read_exact(errors_, member, at(name)) : std::nullopt;
}

std::optional<exact_number> object_reader::points(std::string_view name) {
    auto number = exact(name);
    if (!number || abs(number->value) <= domain::exact(static_cast<long>(limits::points))) return number;
    error(name, "is more than a million points");
    return std::nullopt;
}

std::optional<double> object_reader::number(std::string_view name, double min, double max) {
    const auto member = take(name);
    return member ? read_number(errors_, member, at(name), min, max) : std::nullopt;
}

std::optional<std::int64_t> object_reader::integer(std::string_view name, std::int64_t min, std::int64_t max) {
    const auto member = take(name);
    if (!member) return std::nullopt;
    const auto number = member.as_int();
    if (number && *number >= min && *number <= max) return number;
    error(name, "must be an integer from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
}

void object_reader::boolean(std::string_view name, bool& target) {
    const auto member = take(name);
    if (!member) return;
    if (member.is(json_kind::boolean))
        target = member.as_bool();
    else
        error(name, "must be true or false");
}

domain::localized_text object_reader::localized(std::string_view name) {
    const auto member = take(name);
    return member ? read_localized(errors_, member, at(name)) : domain::localized_text();
}

void object_reader::finish(std::string_view of) {
    if (!object_) return;
    for (const auto member : value_)
        if (std::find(known_.begin(), known_.end(), member.key()) == known_.end())
            error(member.key(), "is not a member of " + std::string(of));
}

bool distinct_ids::add(error_list& errors, const std::string& pointer, std::string_view id) {
    const auto place = std::lower_bound(sorted_.begin(), sorted_.end(), id,
                                        [](const auto& entry, std::string_view text) { return entry.first < text; });
    if (place != sorted_.end() && place->first == id) {
        errors.add(pointer, "repeats \"" + std::string(id) + "\"");
        return false;
    }
    sorted_.emplace(place, std::string(id), sorted_.size());
    return true;
}

std::optional<std::size_t> distinct_ids::find(std::string_view id) const {
    const auto place = std::lower_bound(sorted_.begin(), sorted_.end(), id,
                                        [](const auto& entry, std::string_view text) { return entry.first < text; });
    if (place == sorted_.end() || place->first != id) return std::nullopt;
    return place->second;
}

} // namespace gradesvc::codec
