#include "gradesvc/tools/check.hpp"

#include "codec/append_array.hpp"
#include "codec/definition.hpp"
#include "codec/object_writer.hpp"
#include "gradesvc/scoring/scorer.hpp"
#include "tools/file.hpp"
#include "tools/lint.hpp"
#include "tools/measurement.hpp"

#include <limits>
#include <ostream>
#include <stdexcept>

namespace gradesvc::tools {

namespace {

using domain::field_error;

struct findings {
    std::vector<field_error> errors = {};
    std::vector<field_error> warnings = {};
    std::optional<scoring::test_properties> measurement = {};
};

std::vector<field_error> errors_of(const domain::refusal& why) {
    return why.errors.empty() ? std::vector<field_error>{{"", why.detail}} : why.errors;
}

// Every error, and warnings about what could be read.
findings examine(const std::string& json, bool with_measurement) {
    auto read = codec::read_definition(json, std::numeric_limits<std::size_t>::max());
    findings found{std::move(read.errors), lint(read.definition)};
    if (!found.errors.empty()) return found;
    const auto scorer = scoring::scorer::compile(std::move(read.definition));
    if (!scorer)
        found.errors = errors_of(scorer.error());
    else if (with_measurement)
        found.measurement = (*scorer)->properties();
    return found;
}

void write_text(std::ostream& out, const std::string& file, const findings& found) {
    const auto write = [&](const char* kind, const std::vector<field_error>& list) {
        for (const auto& [pointer, detail] : list)
            out << file << ": " << kind << ": " << (pointer.empty() ? "the document" : pointer) << ": " << detail
                << '\n';
    };
    write("error", found.errors);
    write("warning", found.warnings);
    if (found.errors.empty() && found.warnings.empty()) out << file << ": ok\n";
}

void append_list(std::string& json, const std::vector<field_error>& list) {
    codec::append_array(json, list, [&](const field_error& one) {
        codec::object_writer(json).text("pointer", one.pointer).text("detail", one.detail).close();
    });
}

void append_json(std::string& json, const std::string& file, const findings& found) {
    if (json.back() == '}') json += ',';
    codec::object_writer object(json);
    object.text("file", file);
    append_list(object.key("errors"), found.errors);
    append_list(object.key("warnings"), found.warnings);
    if (found.measurement)
        append_measurement(object.key("measurement"), *found.measurement);
    else
        object.null("measurement");
    object.close();
}

} // namespace

int run_check(const check_options& options, std::ostream& out, std::ostream& err) {
    int exit_code = 0;
    std::string json = "[";
    for (const auto& file : options.files) {
        try {
            const auto found = examine(read_file(file), options.format == output_format::json);
            if (!found.errors.empty()) exit_code = std::max(exit_code, 1);
            if (options.format == output_format::json)
                append_json(json, file, found);
            else
                write_text(out, file, found);
        } catch (const std::runtime_error& error) {
            err << "gradesvc check: " << error.what() << '\n';
            exit_code = 2;
        }
    }
    if (options.format == output_format::json) out << json << "]\n";
    return exit_code;
}

} // namespace gradesvc::tools
