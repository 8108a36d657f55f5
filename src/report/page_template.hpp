// Pages from the templates of web/report. Every text is escaped; nothing from outside can leave the place it stands in.
#pragma once

#include "report/phrasebook.hpp"

#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>

namespace gradesvc::report {

using kainjow::mustache::data;
using kainjow::mustache::list;

/// What a template sees at one level. Whatever it may name is set, if only to nothing: a name that is missing would be
/// looked for further out.
class fields {
public:
    fields& text(const std::string& name, std::string_view value) {
        return value.empty() ? flag(name, false) : put(name, data(std::string(value)));
    }
    fields& flag(const std::string& name, bool value) { return put(name, data(value)); }
    fields& all(const std::string& name, const list& members) { return put(name, data(members)); }
    fields& put(const std::string& name, data value) {
        data_[name] = std::move(value);
        return *this;
    }
    data take() { return std::move(data_); }

private:
    data data_;
};

/// Fills in web/report/NAME.mustache, with `{{> other}}` for other.mustache and `{{t.key}}` for the text page.key.
/// Thread-safe.
std::string fill_template(std::string_view name, const data& values, const phrasebook& words);

/// Escapes for text and quoted attributes of HTML. Control characters become U+FFFD; those that turn the direction of
/// what follows are left out.
std::string escape_html(const std::string& text);

} // namespace gradesvc::report
