#include "report/result_document.hpp"

#include "gradesvc/report/narrate.hpp"

namespace gradesvc::report {

void append_document(std::string& out, const codec::result_header& header, const scoring::score_sheet& sheet,
                     const domain::test_definition& definition, std::optional<std::string_view> locale,
                     scoring::profile profile) {
    const auto language = locale.value_or(definition.locale);
    const bool in_words = profile != scoring::profile::fast;
    codec::append_result(out, header, sheet, definition, language,
                         in_words ? narrate(sheet, definition, language) : domain::narrative());
}

} // namespace gradesvc::report
