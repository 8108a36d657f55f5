#include "report/page_template.hpp"

#include "web_files.hpp"

#include <map>
#include <stdexcept>

namespace gradesvc::report {

namespace {

using kainjow::mustache::mustache;

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::string_view web_text(const std::string& name) {
    for (const auto& file : web_files)
        if (file.name == name) return file.text;
    throw std::out_of_range("there is no file web/" + name);
}

// The template with its parts put in, so that it is parsed once.
std::string whole(const std::string& name) {
    constexpr std::string_view open = "{{> ", close = "}}";
    std::string text(web_text("report/" + name));
    for (std::size_t at; (at = text.find(open)) != text.npos;) {
        const auto end = text.find(close, at);
        const auto part = text.substr(at + open.size(), end - at - open.size());
        text.replace(at, end + close.size() - at, web_text("report/" + part));
    }
    return text;
}

// Rendering changes the object: one for each thread.
mustache& parsed(std::string_view name) {
    thread_local std::map<std::string, mustache, std::less<>> templates;
    const auto known = templates.find(name);
    if (known != templates.end()) return known->second;
    mustache page(whole(std::string(name) + ".mustache"));
    if (!page.is_valid()) throw std::logic_error(page.error_message());
    page.set_custom_escape(escape_html);
    return templates.emplace(name, std::move(page)).first->second;
}

data texts_of(const phrasebook& words) {
    constexpr std::string_view prefix = "page.";
    fields texts;
    for (const auto& phrase : words.phrases())
        if (phrase.key.starts_with(prefix)) texts.text(phrase.key.substr(prefix.size()), phrase.other);
    return fields().text("language", words.language()).put("t", texts.take()).take();
}

bool is_continued(std::string_view text, std::size_t at, std::size_t length) { return at + length <= text.size(); }

// How many bytes of a character that must not reach a page stand at `at`, and what takes their place.
std::size_t unwanted(std::string_view text, std::size_t at, std::string_view& instead) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    instead = replacement;
    if (byte(0) < 0x20) return text[at] == '\t' || text[at] == '\n' || text[at] == '\r' ? 0 : 1;
    if (byte(0) == 0x7F) return 1;
    if (byte(0) == 0xC2 && is_continued(text, at, 2) && byte(1) < 0xA0) return 2; // C1
    if (byte(0) != 0xE2 || !is_continued(text, at, 3)) return 0;
    const bool embedding = byte(1) == 0x80 && byte(2) >= 0xAA && byte(2) <= 0xAE; // U+202A–U+202E
    const bool isolate = byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;   // U+2066–U+2069
    if (!embedding && !isolate) return 0;
    instead = {};
    return 3;
}

} // namespace

std::string escape_html(const std::string& text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (std::size_t i = 0; i < text.size();) {
        std::string_view instead;
        if (const auto length = unwanted(text, i, instead); length > 0) {
            out += instead;
            i += length;
            continue;
        }
        switch (text[i]) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += text[i];
        }
        ++i;
    }
    return out;
}

std::string fill_template(std::string_view name, const data& values, const phrasebook& words) {
    const data texts = texts_of(words);
    kainjow::mustache::context<std::string> context(&texts);
    context.push(&values);
    std::string page;
    struct sink { // what the library takes for a stream
        std::string& out;
        sink& operator<<(const std::string& text) {
            out += text;
            return *this;
        }
    } to{page};
    parsed(name).render(context, to);
    return page;
}

} // namespace gradesvc::report
