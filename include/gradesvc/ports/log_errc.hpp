// Failures of the log that callers decide on, as Boost.System error codes.
#pragma once

#include <boost/system/error_code.hpp>

#include <stdexcept>

namespace gradesvc::ports {

enum class log_errc {
    too_large = 1,   ///< the record is larger than the topic takes; never written
    queue_full,      ///< refused at once, nothing written; try again later
    unavailable,     ///< nothing written (or rolled back); try again later
    outcome_unknown, ///< may or may not be written (timed out under way)
    fenced,          ///< another member has taken over
};

const boost::system::error_category& log_category() noexcept;
inline boost::system::error_code make_error_code(log_errc e) noexcept { return {static_cast<int>(e), log_category()}; }

/// The log cannot be used: configuration, rights, corrupt data, fatal client error. The message is for the operator.
struct log_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Nobody answers at the moment; waiting may help.
struct log_unavailable : log_error {
    using log_error::log_error;
};

} // namespace gradesvc::ports

template <>
struct boost::system::is_error_code_enum<gradesvc::ports::log_errc> : std::true_type {};
