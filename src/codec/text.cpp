#include "codec/text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace gradesvc::codec {

namespace {

// Bytes of the well-formed sequence that `text` starts with; 0 = none (Unicode, table 3-7).
std::size_t sequence_length(std::string_view text) {
    const auto byte = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
    const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
    const int lead = byte(0), next = byte(1);
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4 || !continues(1)) return 0;
    if (lead < 0xe0) return 2;
    if ((lead == 0xe0 && next < 0xa0) || (lead == 0xed && next >= 0xa0) || !continues(2)) return 0;
    if (lead < 0xf0) return 3;
    return (lead == 0xf0 && next < 0x90) || (lead == 0xf4 && next >= 0x90) || !continues(3) ? 0 : 4;
}

} // namespace

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto length = sequence_length(bytes);
        if (length == 0) return false;
        bytes.remove_prefix(length);
    }
    return true;
}

std::size_t code_points(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return count;
}

bool has_control(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 || c == 0x7f) return true;
        if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
    }
    return false;
}

std::string_view cut(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
    return text.substr(0, bytes);
}

bool is_blank(std::string_view text) {
    // White_Space beyond ASCII: U+0085 U+00A0 U+1680 U+2000–200A U+2028 U+2029 U+202F U+205F U+3000
    while (!text.empty()) {
        const auto c = text.front();
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            text.remove_prefix(1);
            continue;
        }
        if (text.starts_with("\xc2\x85") || text.starts_with("\xc2\xa0")) {
            text.remove_prefix(2);
            continue;
        }
        const bool wide = text.starts_with("\xe1\x9a\x80") || text.starts_with("\xe2\x80\xa8") ||
                          text.starts_with("\xe2\x80\xa9") || text.starts_with("\xe2\x80\xaf") ||
                          text.starts_with("\xe2\x81\x9f") || text.starts_with("\xe3\x80\x80") ||
                          (text.size() >= 3 && text.starts_with("\xe2\x80") && text[2] <= '\x8a');
        if (!wide) return false;
        text.remove_prefix(3);
    }
    return true;
}

namespace {

void append_digits(std::string& out, unsigned number, int width) {
    std::array<char, 8> digits{};
    for (int i = width - 1; i >= 0; --i, number /= 10)
        digits[static_cast<std::size_t>(i)] = static_cast<char>('0' + number % 10);
    out.append(digits.data(), static_cast<std::size_t>(width));
}

} // namespace

void append_time(std::string& out, time_ms time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    append_digits(out, static_cast<unsigned>(clock.hours().count()), 2);
    out += ':';
    append_digits(out, static_cast<unsigned>(clock.minutes().count()), 2);
    out += ':';
    append_digits(out, static_cast<unsigned>(clock.seconds().count()), 2);
    out += '.';
    append_digits(out, static_cast<unsigned>(clock.subseconds().count()), 3);
    out += 'Z';
}

std::string time_text(time_ms time) {
    std::string text;
    append_time(text, time);
    return text;
}

namespace {

// Takes `width` digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
    int number = 0;
    if (text.size() < width) return std::nullopt;
    for (std::size_t i = 0; i < width; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        number = number * 10 + (text[i] - '0');
    }
    text.remove_prefix(width);
    return number;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<int> take_fraction_ms(std::string_view& text) {
    if (!take(text, ".")) return 0;
    int ms = 0;
    std::size_t digits = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits, text.remove_prefix(1))
        if (digits < 3) ms = ms * 10 + (text.front() - '0');
    if (digits == 0) return std::nullopt;
    for (; digits < 3; ++digits) ms *= 10;
    return ms;
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (take(text, "zZ")) return std::chrono::minutes(0);
    const bool negative = text.starts_with('-');
    if (!take(text, "+-")) return std::nullopt;
    const auto hours = take_digits(text, 2);
    const bool colon = take(text, ":");
    const auto minutes = take_digits(text, 2);
    if (!hours || !colon || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return negative ? -offset : offset;
}

} // namespace

std::optional<time_ms> parse_time(std::string_view text) {
    using namespace std::chrono;
    const auto y = take_digits(text, 4);
    const bool dash1 = take(text, "-");
    const auto mo = take_digits(text, 2);
    const bool dash2 = take(text, "-");
    const auto d = take_digits(text, 2);
    const bool t = take(text, "Tt ");
    const auto h = take_digits(text, 2);
    const bool colon1 = take(text, ":");
    const auto mi = take_digits(text, 2);
    const bool colon2 = take(text, ":");
    const auto s = take_digits(text, 2);
    if (!y || !dash1 || !mo || !dash2 || !d || !t || !h || !colon1 || !mi || !colon2 || !s) return std::nullopt;
    const auto ms = take_fraction_ms(text);
    const auto offset = take_offset(text);
    const year_month_day date{year(*y), month(static_cast<unsigned>(*mo)), day(static_cast<unsigned>(*d))};
    if (!ms || !offset || !text.empty() || !date.ok() || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;
    return sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s) + milliseconds(*ms) - *offset;
}

void append_number(std::string& out, double number) {
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    // Most numbers are points: small integers, of which this is the shortest text as well (from 1e5 on it is 1e+05).
    if (std::fabs(number) < 1e5) {
        const auto whole = static_cast<std::int64_t>(number);
        if (static_cast<double>(whole) == number) return append_integer(out, whole);
    }
    std::array<char, 40> digits{};
    // Rounded to 12 significant digits, then the shortest text of that double.
    auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::scientific, 11).ptr;
    double rounded = 0;
    std::from_chars(digits.data(), end, rounded);
    if (rounded == 0) rounded = 0; // no negative zero
    end = std::to_chars(digits.data(), digits.data() + digits.size(), rounded).ptr;
    out.append(digits.data(), end);
}

void append_integer(std::string& out, std::int64_t number) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

} // namespace gradesvc::codec
