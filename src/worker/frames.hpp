// What a worker and the child that scores suspects say to each other: frames of a kind and fields, in the byte order of
// the machine. A reader trusts nothing: frame_error says that the other side does not speak like this.
#pragma once

#include "gradesvc/app/settle.hpp"
#include "gradesvc/app/topics.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gradesvc::worker {

enum class frame : std::uint8_t {
    setup,     ///< to the child: parent, limits, names
    ready,     ///< from it: set up
    record,    ///< to it: score this
    letter,    ///< to it: make the dead letter of this
    settled,   ///< from it: what a record came to
    failed,    ///< from it: the text of an exception
    away,      ///< from it: the text of a log_unavailable
    question,  ///< from it: which test?
    test,      ///< to it: that one
    no_test,   ///< to it: there is none
    no_answer, ///< to it: the log cannot be asked
};

struct frame_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class frame_writer {
public:
    explicit frame_writer(frame kind);
    frame_writer& number(std::int64_t value);
    frame_writer& text(std::string_view value);
    frame_writer& optional_text(std::optional<std::string_view> value);
    std::string_view finish(); ///< with its length in front

private:
    std::string bytes_;
};

/// Views stay good as long as the payload.
class frame_reader {
public:
    explicit frame_reader(std::string_view payload);
    frame kind() const { return kind_; }
    std::int64_t number();
    std::string_view text();
    std::optional<std::string_view> optional_text();

private:
    std::string_view rest_;
    frame kind_{};
};

inline constexpr std::size_t frame_head = sizeof(std::uint32_t);
inline constexpr std::size_t max_frame = 256U << 20U;

void put(frame_writer& to, const ports::record& record);
ports::record get_record(frame_reader& from);

void put(frame_writer& to, const app::settled& what, const app::topics& names);
app::settled get_settled(frame_reader& from, const app::topics& names);

} // namespace gradesvc::worker
