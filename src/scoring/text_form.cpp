#include "scoring/text_form.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

namespace gradesvc::scoring {

namespace {

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_space(utf8proc_int32_t c) {
    if ((c >= '\t' && c <= '\r') || c == ' ' || c == 0x85) return true;
    const auto category = c < 0x80 ? UTF8PROC_CATEGORY_CN : utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

// Putting combining marks in order takes the square of their number. No script has so many on one letter (UAX #15 holds 30
// to be plenty): texts with more are compared as they are.
constexpr int most_marks = 60;

bool has_too_many_marks(std::string_view text) {
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    int marks = 0;
    for (std::size_t i = 0; i < text.size() && marks <= most_marks;) {
        utf8proc_int32_t c = 0;
        i += static_cast<std::size_t>(std::max<utf8proc_ssize_t>(
            1, utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(text.size() - i), &c)));
        marks = c >= 0 && utf8proc_get_property(c)->combining_class != 0 ? marks + 1 : 0;
    }
    return marks > most_marks;
}

std::string normalised(std::string_view text, letter_case letters) {
    auto options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    if (letters == letter_case::fold) options |= UTF8PROC_CASEFOLD;
    utf8proc_uint8_t* mapped = nullptr;
    const auto size =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                     &mapped, static_cast<utf8proc_option_t>(options));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
    return size < 0 ? std::string()
                    : std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
}

std::string ascii(std::string_view text, letter_case letters) {
    std::string form(text);
    if (letters == letter_case::fold)
        for (char& c : form)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return form;
}

// Trims and collapses in place: what is kept never overtakes what is read.
void collapse_spaces(std::string& text) {
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    std::size_t kept = 0;
    bool space = false;
    for (std::size_t i = 0; i < text.size();) {
        utf8proc_int32_t c = 0;
        const auto size = std::max<utf8proc_ssize_t>(
            1, utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(text.size() - i), &c));
        if (is_space(c)) {
            space = kept > 0;
        } else {
            if (space) text[kept++] = ' ';
            space = false;
            for (utf8proc_ssize_t k = 0; k < size; ++k) text[kept++] = text[i + static_cast<std::size_t>(k)];
        }
        i += static_cast<std::size_t>(size);
    }
    text.resize(kept);
}

} // namespace

std::string comparable(std::string_view text, letter_case letters) {
    auto form = is_ascii(text) || has_too_many_marks(text) ? ascii(text, letters) : normalised(text, letters);
    collapse_spaces(form);
    return form;
}

} // namespace gradesvc::scoring
