// Wildcard patterns against a matcher that is slow and plain. Input: the pattern, a line feed, the text.
#include "scoring/wildcard.hpp"

#include "fuzz/must.hpp"
#include "scoring/text_form.hpp"

#include <optional>

using namespace gradesvc;
using fuzz::must;

namespace {

using token = std::optional<char>; // none: any text

std::vector<token> tokens_of(std::string_view pattern) {
    std::vector<token> tokens;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool escaped = pattern.substr(i).starts_with("\\*");
        tokens.push_back(!escaped && pattern[i] == '*' ? token() : token(pattern[escaped ? ++i : i]));
    }
    return tokens;
}

// reached[i]: the tokens so far can make the first i bytes.
bool matches_slowly(const std::vector<token>& tokens, std::string_view text) {
    std::vector<bool> reached(text.size() + 1);
    reached[0] = true;
    for (const auto& token : tokens) {
        std::vector<bool> next(text.size() + 1);
        for (std::size_t i = 0; i <= text.size(); ++i)
            next[i] = token ? i > 0 && reached[i - 1] && text[i - 1] == *token : reached[i] || (i > 0 && next[i - 1]);
        reached = std::move(next);
    }
    return reached.back();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    const auto line = input.find('\n');
    const auto pattern = input.substr(0, line);
    const auto text = line == input.npos ? std::string_view() : input.substr(line + 1);
    must(scoring::wildcard_pattern(pattern).matches(text) == matches_slowly(tokens_of(pattern), text),
         "both matchers agree");
    must(scoring::wildcard_pattern::literal(std::string(pattern)).matches(text) == (pattern == text),
         "a literal matches itself alone");
    for (const auto letters : {scoring::letter_case::keep, scoring::letter_case::fold}) {
        const auto form = scoring::comparable(text, letters);
        must(scoring::comparable(form, letters) == form, "a comparable text stays as it is");
    }
    return 0;
}
