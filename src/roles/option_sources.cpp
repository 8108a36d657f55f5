#include "roles/option_sources.hpp"

#include "roles/options.hpp"
#include "tools/file.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <map>
#include <sstream>

namespace gradesvc::roles {

namespace {

bool configurable(const CLI::Option& option) {
    const auto& names = option.get_lnames();
    return !names.empty() && names.front() != "help" && names.front() != "version" && names.front() != "config";
}

std::string variable_of(const std::string& name) {
    std::string variable = "GRADESVC_";
    for (const char c : name)
        variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return variable;
}

// Read before there are threads.
const char* variable_text(const std::string& name) {
    return std::getenv(name.c_str()); // NOLINT(concurrency-mt-unsafe)
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) lines.push_back(line);
    return lines;
}

void set(CLI::Option& option, const std::vector<std::string>& values, const std::string& source) {
    try {
        for (const auto& value : values) option.add_result(value);
        option.run_callback();
    } catch (const CLI::ParseError& error) {
        throw usage_error(source + ": " + error.what());
    }
}

std::vector<CLI::ConfigItem> read_file(const std::string& path) {
    try {
        std::istringstream in(tools::read_file(path));
        return CLI::ConfigTOML().from_config(in);
    } catch (const CLI::Error& error) {
        throw usage_error("--config: " + path + ": " + error.what());
    } catch (const std::runtime_error& error) {
        throw usage_error(std::string("--config: ") + error.what());
    }
}

} // namespace

void apply_environment_and_file(CLI::App& app, const std::string& file) {
    apply_environment_and_file(app.get_options(), app, file);
}

void apply_environment_and_file(const std::vector<CLI::Option*>& options, CLI::App& service, const std::string& file) {
    std::map<std::string, CLI::Option*> open; // not given on the command line
    for (auto* option : options)
        if (configurable(*option) && option->count() == 0) open[option->get_lnames().front()] = option;
    for (auto& [name, option] : open) {
        const auto variable = variable_of(name);
        const char* text = variable_text(variable);
        if (text == nullptr || *text == '\0') continue;
        const bool repeatable = option->get_items_expected_max() > 1;
        set(*option, repeatable ? lines_of(text) : std::vector<std::string>{text}, variable);
        option = nullptr;
    }
    const char* const named = variable_text("GRADESVC_CONFIG");
    const std::string path = file.empty() && named != nullptr ? named : file;
    if (path.empty()) return;
    for (const auto& item : read_file(path)) {
        const auto* const known = item.parents.empty() ? service.get_option_no_throw("--" + item.name) : nullptr;
        if (known == nullptr || !configurable(*known))
            throw usage_error("--config: " + path + ": unknown key \"" + item.fullname() + "\"");
        const auto found = open.find(item.name);
        if (found != open.end() && found->second != nullptr) set(*found->second, item.inputs, path + ": " + item.name);
    }
}

} // namespace gradesvc::roles
