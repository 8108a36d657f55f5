// What can go wrong for a user of gradesvc. One enumerator per problem type of the HTTP API; src/http maps each to its
// status. A `refusal` is the reason why a request or record is not accepted, in words that may be shown.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::domain {

enum class errc : std::uint8_t {
    malformed,
    unauthorized,
    forbidden,
    not_found,
    method_not_allowed,
    not_acceptable,
    conflict,
    precondition_failed,
    too_large,
    unsupported_media_type,
    validation,
    unknown_test,
    idempotency_key_reused,
    too_many_requests,
    headers_too_large,
    internal,
    overloaded,
};

/// One thing wrong with a document: `pointer` is a JSON pointer (RFC 6901) into it, "" = the whole document.
struct field_error {
    std::string pointer;
    std::string detail;
    bool operator==(const field_error&) const = default;
};

/// Documents report at most this many errors.
inline constexpr std::size_t max_field_errors = 100;

struct refusal {
    errc code = errc::internal;
    std::string detail;
    std::vector<field_error> errors = {};
    std::optional<std::chrono::seconds> retry_after = {};
};

/// A value, or why there is none. Expected outcomes only; a broken environment throws.
template <class T>
using outcome = boost::system::result<T, refusal>;

/// Appends `text` to `pointer` as one more reference token, with `~` and `/` escaped.
std::string pointer_join(std::string_view pointer, std::string_view text);

} // namespace gradesvc::domain
