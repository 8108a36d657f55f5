#include "codec/json_document.hpp"

#include "support/catch.hpp"

#include <random>

using Catch::Matchers::ContainsSubstring;
using gradesvc::codec::append_canonical;
using gradesvc::codec::append_json_string;
using gradesvc::codec::json_document;
using gradesvc::codec::json_kind;
using gradesvc::codec::max_json_depth;

namespace {

std::string canonical(std::string_view json, std::string_view leave_out = {}) {
    json_document document;
    const auto why = document.parse(json);
    CAPTURE(json, why);
    REQUIRE(why.empty());
    std::string out;
    append_canonical(out, document.root(), leave_out);
    return out;
}

std::string why_not(std::string_view json) {
    json_document document;
    return document.parse(json);
}

std::string nested(std::size_t depth, std::string_view inside = "") {
    return std::string(depth, '[') + std::string(inside) + std::string(depth, ']');
}

// Reads every value, as users of a document do.
std::size_t walk(json_document::value v) {
    std::size_t bytes = v.text().size() + v.key().size();
    if (v.is(json_kind::array) || v.is(json_kind::object))
        for (const auto member : v) bytes += walk(member);
    return bytes;
}

} // namespace

TEST_CASE("a document is read as it stands", "[json]") {
    const std::string text = R"( {"s":"text","i":-7,"f":1.50,"t":true,"n":null,"a":[1,[2],{}],"o":{"x":"y"}} )";
    json_document document;
    REQUIRE(document.parse(text).empty());
    const auto root = document.root();
    REQUIRE(root.is(json_kind::object));
    CHECK(root.size() == 7);
    CHECK(root.find("s").text() == "text");
    CHECK(root.find("s").key() == "s");
    CHECK(root.find("i").as_int() == -7);
    CHECK(root.find("i").is(json_kind::integer));
    CHECK(root.find("f").is(json_kind::number));
    CHECK(root.find("f").as_double() == 1.5);
    CHECK(root.find("t").as_bool());
    CHECK(root.find("n").is(json_kind::null));
    CHECK(root.find("a").size() == 3);
    CHECK(root.find("o").find("x").text() == "y");
    CHECK_FALSE(root.find("x")); // only the object's own members
    CHECK_FALSE(root.find("missing"));
    CHECK(document.duplicates().empty());
}

TEST_CASE("numbers keep the text they were written with", "[json]") {
    const auto* const number =
        GENERATE("0", "-0", "7", "1.50", "1e3", "-1.25E-7", "9.810", "123456789012345678901234567890",
                 "0.1000000000000000055511151231257827021181583404541015625", "1e400");
    CAPTURE(number);
    const std::string text = "[" + std::string(number) + "]";
    json_document document;
    REQUIRE(document.parse(text).empty());
    const auto value = *document.root().begin();
    CHECK(value.is_number());
    CHECK(value.text() == number);
    CHECK(canonical(text) == text);
}

TEST_CASE("integers beyond 64 bits are no integers", "[json]") {
    const std::string text = "[9223372036854775807,9223372036854775808,18446744073709551616,1.0,1e400]";
    json_document document;
    REQUIRE(document.parse(text).empty());
    auto at = document.root().begin();
    CHECK((*at).as_int() == 9'223'372'036'854'775'807);
    CHECK((*++at).as_int() == std::nullopt);
    CHECK((*++at).as_int() == std::nullopt);
    CHECK((*++at).as_int() == std::nullopt);
    CHECK((*++at).as_double() == std::nullopt); // not finite
}

TEST_CASE("escapes are decoded in values and names", "[json]") {
    const std::string text = R"({"a\u0062\n":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 plain","":"\u0000x"})";
    json_document document;
    REQUIRE(document.parse(text).empty());
    const auto root = document.root();
    CHECK((*root.begin()).key() == "ab\n");
    CHECK(root.find("ab\n").text() == "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80 plain");
    CHECK(root.find("").text() == std::string_view("\0x", 2));
}

TEST_CASE("decoded texts stay valid while more are decoded", "[json]") {
    std::string text = "[";
    for (int i = 0; i < 5'000; ++i)
        text += (i == 0 ? "" : ",") + std::string("\"\\n") + std::to_string(i) + "\\u00e9\"";
    text += "]";
    json_document document;
    REQUIRE(document.parse(text).empty());
    int i = 0;
    for (const auto value : document.root()) REQUIRE(value.text() == "\n" + std::to_string(i++) + "\xc3\xa9");
}

TEST_CASE("a name that stands twice in an object is found, wherever", "[json]") {
    json_document document;
    const std::string text =
        R"({"a":1,"b":{"x":[{"k":1,"j":2,"\u006b":3}],"y":1},"a":2,"a":3,"c/d":1,"c/d":2,"q":[{"a":1},{"a":2}]})";
    REQUIRE(document.parse(text).empty());
    auto found = document.duplicates();
    std::sort(found.begin(), found.end());
    CHECK(found == std::vector<std::string>{"/a", "/a", "/b/x/0/k", "/c~1d"});
    REQUIRE(document.parse("{}").empty());
    CHECK(document.duplicates().empty()); // those of the document before are forgotten
}

TEST_CASE("a document of nothing but duplicates is reported in part", "[json]") {
    std::string text = "{";
    for (int i = 0; i < 50'000; ++i) text += (i == 0 ? "" : ",") + std::string("\"a\":1");
    text += "}";
    json_document document;
    REQUIRE(document.parse(text).empty());
    CHECK(document.duplicates().size() == 100);
}

TEST_CASE("32 levels are read, 33 are not", "[json]") {
    CHECK(max_json_depth == 32);
    CHECK(why_not(nested(32)).empty());
    CHECK(why_not(nested(31, "{}")).empty());
    CHECK_THAT(why_not(nested(33)), ContainsSubstring("nested deeper than 32 levels"));
    CHECK_THAT(why_not(nested(32, "{}")), ContainsSubstring("nested deeper than 32 levels"));
    CHECK_THAT(why_not(std::string(1'000'000, '[')), ContainsSubstring("nested deeper than 32 levels"));
}

TEST_CASE("what is not JSON is refused with its place", "[json]") {
    struct row {
        std::string text;
        std::string why;
    };
    const auto [text, why] =
        GENERATE(row{"", "at byte 0"}, row{"   ", "at byte"}, row{"{", "at byte"}, row{"{\"a\":}", "at byte 5"},
                 row{"[1,]", "at byte"}, row{"nul", "at byte"}, row{"[01]", "at byte"}, row{"[+1]", "at byte"},
                 row{"[.5]", "at byte"}, row{"[1.]", "at byte"}, row{"[NaN]", "at byte"}, row{"'a'", "at byte"},
                 row{"{a:1}", "at byte"}, row{"// c\n1", "at byte"}, row{"[1] x", "end of the document"},
                 row{"{}{}", "end of the document at byte 2"}, row{"\"a", "at byte"}, row{"\"\\x\"", "at byte"},
                 row{"\"\\ud800\"", "at byte"}, row{"\"\\ud800\\u0041\"", "at byte"}, row{"\"\\udc00\"", "at byte"},
                 row{"\"line\nbreak\"", "at byte"}, row{"\xef\xbb\xbf{}", "at byte"},
                 row{std::string("\"\0\"", 3), "at byte"}, row{std::string("{}\0", 3), "end of the document"});
    CAPTURE(text);
    CHECK_THAT(why_not(text), ContainsSubstring(why));
}

TEST_CASE("bytes that are not UTF-8 are refused", "[json]") {
    const std::string bytes = GENERATE("\x80", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                       "\xf8\x88\x80\x80\x80", "\xff", "\xe2\x82");
    CHECK_FALSE(why_not("[\"" + bytes + "\"]").empty());
    CHECK_FALSE(why_not("{\"" + bytes + "\":1}").empty());
    CHECK_FALSE(why_not("[\"\\n" + bytes + "\"]").empty()); // also after an escape
}

TEST_CASE("white space around a document is allowed", "[json]") {
    CHECK(canonical(" \t\r\n[ 1 , 2 ]\n ") == "[1,2]");
    CHECK(canonical("7 ") == "7");
}

TEST_CASE("a document that failed can be looked at, and the next one read", "[json]") {
    json_document document;
    REQUIRE_FALSE(document.parse("").empty());
    CHECK(document.root().is(json_kind::null));
    REQUIRE_FALSE(document.parse("[1,[2,{\"a\":").empty());
    REQUIRE(document.parse("[1]").empty());
    CHECK(document.root().size() == 1);
}

TEST_CASE("large documents are read", "[json]") {
    std::string text = "{\"long\":\"" + std::string(3'000'000, 'x') + "\",\"escaped\":\"";
    for (int i = 0; i < 200'000; ++i) text += "\\u00e9";
    text += "\",\"many\":[";
    for (int i = 0; i < 300'000; ++i) text += i == 0 ? "0" : ",0";
    text += "]}";
    json_document document;
    REQUIRE(document.parse(text).empty());
    CHECK(document.root().find("long").text().size() == 3'000'000);
    CHECK(document.root().find("escaped").text().size() == 400'000);
    CHECK(document.root().find("many").size() == 300'000);
}

TEST_CASE("mutated documents are read or refused, never worse", "[json]") {
    const std::string seed =
        R"({"user_id":"ü-1","answers":{"q1":["A","B\u00e9\n"],"q2":{"value":-1.5e3}},"x":[[],{},null,true,false]})";
    std::mt19937 random(20'260'504);
    json_document document;
    int good = 0;
    for (int round = 0; round < 30'000; ++round) {
        std::string text = seed;
        for (auto changes = 1 + random() % 4; changes > 0; --changes) {
            const auto at = random() % text.size();
            switch (random() % 4) {
            case 0: text[at] = static_cast<char>(random()); break;
            case 1: text.erase(at, 1 + random() % 5); break;
            case 2: text.insert(at, text.substr(random() % text.size(), random() % 20)); break;
            default: text[at] = R"({}[]",:\0)"[random() % 9]; break;
            }
            if (text.empty()) text = "[";
        }
        if (!document.parse(text).empty()) continue;
        ++good;
        CHECK(walk(document.root()) <= text.size() + 1'000);
        std::string once, twice;
        append_canonical(once, document.root());
        json_document again;
        REQUIRE(again.parse(once).empty());
        append_canonical(twice, again.root());
        REQUIRE(once == twice);
    }
    CHECK(good > 100); // the mutations are not so wild that nothing is tested
}

TEST_CASE("canonical JSON sorts members by their bytes and has no white space", "[json][canonical]") {
    CHECK(canonical(R"({ "b" : 1, "a" : [ 1 , 2 ], "B" : {"z":null,"y":true} })") ==
          R"({"B":{"y":true,"z":null},"a":[1,2],"b":1})");
    CHECK(canonical(R"({"aa":1,"a":2,"":3})") == R"({"":3,"a":2,"aa":1})");
    // By UTF-8 bytes, unlike the UTF-16 units of RFC 8785: U+FB33 comes before U+1F600.
    CHECK(canonical("{\"\xf0\x9f\x98\x80\":1,\"\xef\xac\xb3\":2}") == "{\"\xef\xac\xb3\":2,\"\xf0\x9f\x98\x80\":1}");
    CHECK(canonical("[]") == "[]");
    CHECK(canonical("{}") == "{}");
}

TEST_CASE("canonical JSON has the escapes of RFC 8785", "[json][canonical]") {
    CHECK(canonical(R"(["\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"])") == R"(["€$\u000f\nA'B\"\\\\\"/"])");
    CHECK(canonical(R"(["\u0008\u0009\u000a\u000b\u000c\u000d\u001f\u007f\u0080"])") ==
          "[\"\\b\\t\\n\\u000b\\f\\r\\u001f\x7f\xc2\x80\"]");
    CHECK(canonical(R"({"\u0061\u002f":1})") == R"({"a/":1})");
}

TEST_CASE("canonical JSON leaves a member of the outermost object out", "[json][canonical]") {
    CHECK(canonical(R"({"version":3,"a":{"version":4},"b":1})", "version") == R"({"a":{"version":4},"b":1})");
    CHECK(canonical(R"({"version":3})", "version") == "{}");
}

TEST_CASE("every character survives writing and reading", "[json]") {
    std::string text;
    for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
    text += "é€\xf0\x9f\x98\x80";
    std::string json;
    append_json_string(json, text);
    json_document document;
    REQUIRE(document.parse(json).empty());
    CHECK(document.root().text() == text);
}
