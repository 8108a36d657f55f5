// A submission as decoded from JSON (docs/api.md). A view: all texts and spans point into the decoder that made it
// (codec/submission_decoder.hpp) and live until its next decode. Confined to one thread with its decoder.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gradesvc::domain {

/// The value of an answer. Numbers keep the text they were written with. Absent, null, "", white space and [] are blank.
struct answer_value {
    enum class kind : std::uint8_t { blank, text, number, list };
    kind what = kind::blank;
    std::string_view text = {};                 ///< of text and number
    std::span<const answer_value> members = {}; ///< of a list; members may be lists themselves (pairs, points)
};

struct given_answer {
    std::string_view item_id;
    answer_value value;
    bool wrapped = false; ///< given as {"value":…}: pointers to it end in /value
    std::optional<std::int64_t> time_ms = {};
    std::optional<int> certainty = {};
};

struct submission {
    std::string_view user_id;
    std::string_view test_id;
    std::optional<std::string_view> submission_key;
    std::optional<std::int64_t> test_version;
    std::optional<std::int64_t> attempt;
    std::optional<std::string_view> group_id;
    std::optional<std::string_view> locale;
    std::span<const given_answer> answers; ///< in the order given; item ids are distinct
};

} // namespace gradesvc::domain
