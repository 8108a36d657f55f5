#include "codec/text.hpp"

#include "codec/sha256.hpp"
#include "support/catch.hpp"

#include <charconv>
#include <iterator>
#include <limits>

using namespace gradesvc::codec;
using std::chrono::milliseconds;

namespace {

std::optional<std::int64_t> ms_of(std::string_view text) {
    const auto time = parse_time(text);
    return time ? std::optional(time->time_since_epoch().count()) : std::nullopt;
}

std::string number(double d) {
    std::string out;
    append_number(out, d);
    return out;
}

} // namespace

// The milliseconds were computed with Python's datetime.
TEST_CASE("times are read with any offset and fraction", "[text]") {
    struct row {
        const char* text;
        std::int64_t ms;
    };
    const auto [text, ms] = GENERATE(
        row{"1970-01-01T00:00:00Z", 0}, row{"2026-05-04T09:30:00.123Z", 1'777'887'000'123},
        row{"2024-02-29T23:59:59.999Z", 1'709'251'199'999}, row{"2000-02-29T00:00:00Z", 951'782'400'000},
        row{"2026-05-04T09:30:00+02:00", 1'777'879'800'000}, row{"2026-05-04T09:30:00-05:30", 1'777'906'800'000},
        row{"2026-01-01T00:30:00+01:00", 1'767'223'800'000}, row{"2026-05-04t09:30:00z", 1'777'887'000'000},
        row{"2026-05-04 09:30:00Z", 1'777'887'000'000}, row{"2026-05-04T09:30:00.1Z", 1'777'887'000'100},
        row{"2026-05-04T09:30:00.123999999Z", 1'777'887'000'123}, row{"2016-12-31T23:59:60Z", 1'483'228'800'000},
        row{"1969-12-31T23:59:59.999Z", -1}, row{"9999-12-31T23:59:59.999Z", 253'402'300'799'999});
    CAPTURE(text);
    CHECK(ms_of(text) == ms);
}

TEST_CASE("what is no time is not taken for one", "[text]") {
    const auto* const text =
        GENERATE("", "2026", "2026-05-04", "2026-05-04T09:30Z", "2026-05-04T09:30:00", "2026-5-04T09:30:00Z",
                 "2026-13-04T09:30:00Z", "2026-00-04T09:30:00Z", "2026-02-29T09:30:00Z", "2100-02-29T00:00:00Z",
                 "2026-04-31T00:00:00Z", "2026-05-04T24:00:00Z", "2026-05-04T09:60:00Z", "2026-05-04T09:30:61Z",
                 "2026-05-04T09:30:00.Z", "2026-05-04T09:30:00,5Z", "2026-05-04T09:30:00+0200",
                 "2026-05-04T09:30:00+24:00", "2026-05-04T09:30:00+02:60", "2026-05-04T09:30:00Zx",
                 "x2026-05-04T09:30:00Z", "-026-05-04T09:30:00Z", "2026-05-04T09:30:00 Z", "+2026-05-04T09:30:00Z");
    CAPTURE(text);
    CHECK_FALSE(parse_time(text));
}

TEST_CASE("times are written as RFC 3339 UTC with milliseconds, and read back", "[text]") {
    CHECK(time_text(time_ms(milliseconds(0))) == "1970-01-01T00:00:00.000Z");
    CHECK(time_text(time_ms(milliseconds(1'777'887'000'007))) == "2026-05-04T09:30:00.007Z");
    CHECK(time_text(time_ms(milliseconds(1'709'164'800'000))) == "2024-02-29T00:00:00.000Z");
    CHECK(time_text(time_ms(milliseconds(-1))) == "1969-12-31T23:59:59.999Z");
    for (std::int64_t ms = -4'000'000'000'000; ms < 9'000'000'000'000; ms += 98'765'432'101)
        REQUIRE(ms_of(time_text(time_ms(milliseconds(ms)))) == ms);
}

TEST_CASE("numbers are rounded to 12 significant digits and written short", "[text]") {
    CHECK(number(0) == "0");
    CHECK(number(-0.0) == "0");
    CHECK(number(1) == "1");
    CHECK(number(-2.5) == "-2.5");
    CHECK(number(0.1 + 0.2) == "0.3");
    CHECK(number(100.0 / 3) == "33.3333333333");
    CHECK(number(2.0 / 3) == "0.666666666667");
    CHECK(number(123'456'789'012.6) == "123456789013");
    CHECK(number(999'999'999'999.9) == "1e+12");
    CHECK(number(1e-300) == "1e-300");
    CHECK(number(5e-324) == "5e-324");
    CHECK(number(std::numeric_limits<double>::max()) == "1.79769313486e+308");
    CHECK(number(std::numeric_limits<double>::infinity()) == "null");
    CHECK(number(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("whole numbers are written as any others: the shortest text", "[text]") {
    CHECK(number(99'999) == "99999");
    CHECK(number(100'000) == "1e+05");
    CHECK(number(-100'001) == "-100001");
    CHECK(number(99'999.5) == "99999.5");
    for (int n = -120'000; n <= 120'000; n += 7) {
        char digits[32];
        const auto end = std::to_chars(std::begin(digits), std::end(digits), static_cast<double>(n)).ptr;
        if (number(n) != std::string_view(digits, static_cast<std::size_t>(end - digits))) FAIL_CHECK(n);
    }
}

TEST_CASE("integers are written whole", "[text]") {
    std::string out;
    append_integer(out, std::numeric_limits<std::int64_t>::min());
    out += ' ';
    append_integer(out, std::numeric_limits<std::int64_t>::max());
    CHECK(out == "-9223372036854775808 9223372036854775807");
}

TEST_CASE("white space of Unicode is blank", "[text]") {
    for (const auto* text :
         {"", " ", "\t\n\v\f\r ", "\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x8a",
          "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", " \xc2\xa0\xe3\x80\x80\t"}) {
        CAPTURE(text);
        CHECK(is_blank(text));
    }
    // Zero width space and joiner, byte order mark, NUL and controls are none.
    for (const auto text :
         {std::string_view("x"), std::string_view(" x"), std::string_view("\xe2\x80\x8b"),
          std::string_view("\xe2\x80\x8d"), std::string_view("\xef\xbb\xbf"), std::string_view("\0", 1),
          std::string_view("\x1f"), std::string_view("\xc2\xa1"), std::string_view("\xe2\x80\xa7")}) {
        CAPTURE(text);
        CHECK_FALSE(is_blank(text));
    }
}

TEST_CASE("controls are C0, DEL and C1", "[text]") {
    for (const auto text : {std::string_view("\0", 1), std::string_view("a\n"), std::string_view("\x7f"),
                            std::string_view("\xc2\x80"), std::string_view("\xc2\x9f")})
        CHECK(has_control(text));
    for (const auto* text : {"", "plain", "\xc2\xa0", "\xc3\x80", "é€\xf0\x9f\x98\x80"}) CHECK_FALSE(has_control(text));
}

TEST_CASE("lengths count code points", "[text]") {
    CHECK(code_points("") == 0);
    CHECK(code_points("aé€\xf0\x9f\x98\x80") == 4);
}

TEST_CASE("SHA-256 is the one of FIPS 180", "[text]") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("UTF-8 is told from other bytes", "[text]") {
    for (const auto text :
         {std::string_view(""), std::string_view("a\0b", 3), std::string_view("é€\xf0\x9f\x98\x80"),
          std::string_view("\xed\x9f\xbf\xee\x80\x80"),
          std::string_view("\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")})
        CHECK(is_utf8(text));
    for (const auto text :
         {std::string_view("\x80"), std::string_view("a\xc3"), std::string_view("\xc0\x80"),
          std::string_view("\xc1\xbf"), std::string_view("\xc3("), std::string_view("\xe0\x9f\xbf"),
          std::string_view("\xed\xa0\x80"), std::string_view("\xe2\x82"), std::string_view("\xe2\x82("),
          std::string_view("\xf0\x8f\xbf\xbf"), std::string_view("\xf4\x90\x80\x80"), std::string_view("\xf0\x9f\x98"),
          std::string_view("\xf5\x80\x80\x80"), std::string_view("\xff")})
        CHECK_FALSE(is_utf8(text));
}
