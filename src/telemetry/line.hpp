// What stands in a line of the log after time and level: pure functions from event and fields to text.
#pragma once

#include "gradesvc/telemetry/log.hpp"

#include <string>

namespace gradesvc::telemetry {

/// `"event":"…","key":value…` to stand inside a JSON object. Whatever the bytes are, the outcome is valid JSON: what is
/// not UTF-8 becomes U+FFFD, numbers that are not finite become null.
std::string json_members(std::string_view event, std::initializer_list<field> fields);

/// `event key=value …` in one line; texts that could be misread are quoted and escaped as in JSON.
std::string text_line(std::string_view event, std::initializer_list<field> fields);

} // namespace gradesvc::telemetry
