#include "gradesvc/telemetry/log.hpp"

#include "support/catch.hpp"
#include "telemetry/line.hpp"

#include <boost/json.hpp>

#include <cstdio>
#include <limits>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace gradesvc::telemetry;

namespace {

/// What is written to stderr while `work` runs.
template <class Work>
std::string captured(Work work) {
    std::FILE* file = std::tmpfile();
    REQUIRE(file != nullptr);
    std::fflush(stderr);
    const int saved = ::dup(STDERR_FILENO);
    ::dup2(::fileno(file), STDERR_FILENO);
    work();
    std::fflush(stderr);
    ::dup2(saved, STDERR_FILENO);
    ::close(saved);
    std::string text(static_cast<std::size_t>(::lseek(::fileno(file), 0, SEEK_END)), '\0');
    const auto got = ::pread(::fileno(file), text.data(), text.size(), 0);
    std::fclose(file);
    REQUIRE(got == static_cast<ssize_t>(text.size()));
    return text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t from = 0;
    for (std::size_t to; (to = text.find('\n', from)) != std::string::npos; from = to + 1)
        lines.push_back(text.substr(from, to - from));
    REQUIRE(from == text.size()); // the last line is ended too
    return lines;
}

boost::json::object members(std::string_view event, std::initializer_list<field> fields) {
    return boost::json::parse('{' + json_members(event, fields) + '}').as_object();
}

std::string decoded(std::string_view text) { return std::string(members("e", {{"k", text}}).at("k").as_string()); }

} // namespace

TEST_CASE("a JSON line is one object with time, level, event and the fields") {
    configure_log(format::json, level::info);
    const auto lines = lines_of(captured([] {
        log(level::warn, "topic is missing", {{"topic", "a"}, {"partition", 3}, {"ms", 1.5}, {"ok", true}});
    }));
    REQUIRE(lines.size() == 1);
    const auto line = boost::json::parse(lines[0]).as_object();
    CHECK(line.at("level").as_string() == "warn");
    CHECK(line.at("event").as_string() == "topic is missing");
    CHECK(line.at("topic").as_string() == "a");
    CHECK(line.at("partition").as_int64() == 3);
    CHECK(line.at("ms").as_double() == 1.5);
    CHECK(line.at("ok").as_bool());
    const std::string time(line.at("time").as_string());
    REQUIRE(time.size() == 24); // 2026-01-31T10:20:30.123Z
    CHECK(time[10] == 'T');
    CHECK(time[19] == '.');
    CHECK(time[23] == 'Z');
}

TEST_CASE("a text line has time, level, event and key=value") {
    configure_log(format::text, level::debug);
    const auto lines = lines_of(captured([] { log(level::debug, "listening", {{"path", "a b"}, {"count", 7}}); }));
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].substr(23) == "Z debug listening path=\"a b\" count=7");
}

TEST_CASE("lines below the level are not written") {
    configure_log(format::text, level::warn);
    CHECK_FALSE(enabled(level::info));
    CHECK(enabled(level::warn));
    CHECK(enabled(level::error));
    const auto lines = lines_of(captured([] {
        log(level::trace, "no");
        log(level::info, "no");
        log(level::error, "yes");
    }));
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0], Catch::Matchers::ContainsSubstring(" error yes"));
}

TEST_CASE("lines of several threads do not mix") {
    configure_log(format::json, level::info);
    constexpr int threads = 4;
    constexpr int each = 250;
    const auto lines = lines_of(captured([] {
        std::vector<std::jthread> writers;
        for (int t = 0; t < threads; ++t)
            writers.emplace_back([t] {
                for (int i = 0; i < each; ++i)
                    log(level::info, "step", {{"role", std::string(200, 'x')}, {"count", t * each + i}});
            });
    }));
    CHECK(lines.size() == threads * each);
    for (const auto& line : lines) CHECK(boost::json::parse(line).as_object().at("event").as_string() == "step");
}

TEST_CASE("every byte becomes valid JSON") {
    CHECK(decoded("a\"b\\c\nd\te\x01") == "a\"b\\c\nd\te\x01");
    CHECK(decoded("Größe 数 \xF0\x9F\x98\x80") == "Größe 数 \xF0\x9F\x98\x80");
    CHECK(decoded(std::string_view("\0x", 2)) == std::string("\0x", 2));
    const std::string bad = "\xEF\xBF\xBD";
    CHECK(decoded("\xFFz") == bad + "z");
    CHECK(decoded("\xC3") == bad);                     // cut off
    CHECK(decoded("\xC0\xAF") == bad + bad);           // overlong
    CHECK(decoded("\xED\xA0\x80") == bad + bad + bad); // surrogate
    CHECK(decoded("\xF4\x90\x80\x80") == bad + bad + bad + bad);
}

TEST_CASE("numbers that JSON cannot write are null") {
    CHECK(members("e", {{"k", std::numeric_limits<double>::infinity()}}).at("k").is_null());
    CHECK(members("e", {{"k", std::numeric_limits<double>::quiet_NaN()}}).at("k").is_null());
    CHECK(members("e", {{"k", std::numeric_limits<std::int64_t>::min()}}).at("k").as_int64() ==
          std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("a text line stays one line and cannot be misread") {
    CHECK(text_line("a\nb", {{"k", "x\ny"}}) == "a b k=\"x\\ny\"");
    CHECK(text_line("e", {{"k", ""}}) == "e k=\"\"");
    CHECK(text_line("e", {{"k", "a=b"}}) == "e k=\"a=b\"");
    CHECK(text_line("e", {{"k", "\x1B[31m"}}) == "e k=\"\\u001b[31m\"");
    CHECK(text_line("e", {{"k", "/var/lib/x-1.db"}}) == "e k=/var/lib/x-1.db");
}
