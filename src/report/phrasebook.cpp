#include "report/phrasebook.hpp"

#include "codec/json_document.hpp"
#include "gradesvc/report/language.hpp"
#include "web_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace gradesvc::report {

namespace {

constexpr double most_exact = 9e15;
constexpr std::size_t longest = 80; // code points of a shortened text

std::string filled(std::string_view text, std::initializer_list<insertion> insertions, const insertion& count) {
    std::string out;
    out.reserve(text.size() + 64);
    for (std::size_t open; (open = text.find('{')) != text.npos;) {
        const auto close = text.find('}', open);
        if (close == text.npos) break;
        out += text.substr(0, open);
        const auto name = text.substr(open + 1, close - open - 1);
        const auto* found = std::find_if(insertions.begin(), insertions.end(),
                                         [name](const insertion& one) { return one.name == name; });
        if (found == insertions.end() && name != count.name)
            throw std::out_of_range("nothing stands for the placeholder " + std::string(name));
        out += found == insertions.end() ? count.text : found->text;
        text.remove_prefix(close + 1);
    }
    return out += text;
}

phrase read_phrase(codec::json_document::value member) {
    phrase read{std::string(member.key()), {}, {}};
    const bool plural = member.is(codec::json_kind::object);
    const auto one = plural ? member.find("one") : member;
    const auto other = plural ? member.find("other") : member;
    if (!one || !other || !one.is(codec::json_kind::string) || !other.is(codec::json_kind::string))
        throw std::invalid_argument(read.key + " is neither a text nor a pair of them");
    read.one = one.text();
    read.other = other.text();
    return read;
}

std::vector<phrasebook> read_all() {
    constexpr std::string_view folder = "locales/", ending = ".json";
    std::vector<phrasebook> books;
    for (const auto& file : web_files)
        if (file.name.starts_with(folder) && file.name.ends_with(ending)) {
            auto language = file.name.substr(folder.size());
            language.remove_suffix(ending.size());
            books.emplace_back(language, file.text);
        }
    std::sort(books.begin(), books.end(),
              [](const phrasebook& a, const phrasebook& b) { return a.language() < b.language(); });
    return books;
}

const std::vector<phrasebook>& all_books() {
    static const auto books = read_all();
    return books;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace

phrasebook::phrasebook(std::string_view language, std::string_view json) : language_(language) {
    codec::json_document document;
    if (const auto wrong = document.parse(json); !wrong.empty()) throw std::invalid_argument(wrong);
    for (const auto member : document.root()) phrases_.push_back(read_phrase(member));
    std::sort(phrases_.begin(), phrases_.end(), [](const phrase& a, const phrase& b) { return a.key < b.key; });
}

const phrase& phrasebook::at(std::string_view key) const {
    const auto found = std::lower_bound(phrases_.begin(), phrases_.end(), key,
                                        [](const phrase& one, std::string_view wanted) { return one.key < wanted; });
    if (found == phrases_.end() || found->key != key) throw std::out_of_range("no text for " + std::string(key));
    return *found;
}

std::string phrasebook::say(std::string_view key, std::initializer_list<insertion> insertions) const {
    return filled(at(key).other, insertions, {});
}

std::string phrasebook::say(std::string_view key, double count, std::initializer_list<insertion> insertions) const {
    const auto& found = at(key);
    return filled(count == 1 ? found.one : found.other, insertions, {"count", number(count)});
}

std::string phrasebook::number(double value, int decimals) const {
    static constexpr std::array<double, 4> powers{1, 10, 100, 1000};
    const double power = powers.at(static_cast<std::size_t>(decimals));
    std::array<char, 32> digits; // NOLINT: written before it is read
    const double scaled = std::fabs(value) * power + 0.5;
    if (!(scaled < most_exact)) { // beyond what a double counts, or no number
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        return {digits.data(), end};
    }
    const auto whole = static_cast<std::uint64_t>(scaled);
    const auto divisor = static_cast<std::uint64_t>(power);
    std::string out = value < 0 && whole > 0 ? "−" : "";
    auto end = std::to_chars(digits.data(), digits.data() + digits.size(), whole / divisor).ptr;
    out.append(digits.data(), end);
    auto fraction = whole % divisor;
    if (fraction == 0) return out;
    end = std::to_chars(digits.data(), digits.data() + digits.size(), divisor + fraction).ptr; // 1 and the decimals
    while (end[-1] == '0') --end;
    return out.append(text("number.decimal")).append(digits.data() + 1, end);
}

std::string phrasebook::percent(double percent) const {
    return say("number.percent", {{"number", number(percent, 0)}});
}

std::string phrasebook::probability(double share) const {
    if (share < 0.01) return say("number.below", {{"number", percent(1)}});
    if (share > 0.99) return say("number.above", {{"number", percent(99)}});
    return percent(100 * share);
}

std::string phrasebook::range(double low, double high, int decimals) const {
    return say("number.range", {{"low", number(low, decimals)}, {"high", number(high, decimals)}});
}

std::string phrasebook::duration(double seconds) const {
    const double whole = std::floor(seconds + 0.5), minutes = std::floor(whole / 60), hours = std::floor(whole / 3600);
    if (whole < 100) return say("time.seconds", {{"s", number(seconds, seconds < 10 ? 1 : 0)}});
    if (hours < 1) return say("time.minutes", {{"min", number(minutes, 0)}, {"s", number(whole - 60 * minutes, 0)}});
    return say("time.hours", {{"h", number(hours, 0)}, {"min", number(minutes - 60 * hours, 0)}});
}

std::string phrasebook::list(const std::vector<std::string>& members) const {
    std::string out;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0) out += text(i + 1 == members.size() ? "list.last" : "list.comma");
        out += members[i];
    }
    return out;
}

const phrasebook& phrasebook_of(std::string_view language) {
    for (const auto& book : all_books())
        if (book.language() == language) return book;
    throw std::out_of_range("there is no language " + std::string(language));
}

std::string shortened(std::string_view text) {
    std::size_t end = 0, points = 0;
    for (; end < text.size(); ++end)
        if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80 && ++points > longest) break;
    return std::string(text.substr(0, end)) + (end < text.size() ? "…" : "");
}

std::span<const std::string> languages() {
    static const auto names = [] {
        std::vector<std::string> all;
        for (const auto& book : all_books()) all.push_back(book.language());
        return all;
    }();
    return names;
}

std::string_view language_of(std::string_view locale) {
    for (const auto& book : all_books())
        if (same_word(book.language(), locale)) return book.language();
    const auto primary = locale.substr(0, locale.find_first_of("-_"));
    for (const auto& book : all_books())
        if (same_word(book.language(), primary)) return book.language();
    return {};
}

std::string_view choose_language(std::string_view wanted, std::string_view fallback) {
    for (const auto locale : {wanted, fallback})
        if (const auto language = language_of(locale); !language.empty()) return language;
    return "en";
}

} // namespace gradesvc::report
