#include "roles/option_sources.hpp"

#include "roles/options.hpp"
#include "tools/file.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <sstream>

namespace gradesvc::roles {

namespace {

bool configurable(const CLI::Option& option) {
    const auto names = option.get_lnames();
    return !names.empty() && names.front() != "help" && names.front() != "version" && names.front() != "config";
}

std::string variable_of(const std::string& name) {
    std::string variable = "GRADESVC_";
    for (const char c : name)
        variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return variable;
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
    std::vector<CLI::Option*> open; // not given on the command line
    for (auto* option : app.get_options())
        if (configurable(*option) && option->count() == 0) open.push_back(option);
    for (auto*& option : open) {
        const auto variable = variable_of(option->get_lnames().front());
        const char* text = std::getenv(variable.c_str()); // NOLINT(concurrency-mt-unsafe): before any thread
        if (text == nullptr || *text == '\0') continue;
        const bool repeatable = option->get_items_expected_max() > 1;
        set(*option, repeatable ? lines_of(text) : std::vector<std::string>{text}, variable);
        option = nullptr;
    }
    if (file.empty()) return;
    for (const auto& item : read_file(file)) {
        auto* const option = item.parents.empty() ? app.get_option_no_throw("--" + item.name) : nullptr;
        if (option == nullptr || !configurable(*option))
            throw usage_error("--config: " + file + ": unknown key \"" + item.fullname() + "\"");
        if (std::find(open.begin(), open.end(), option) != open.end())
            set(*option, item.inputs, file + ": " + item.name);
    }
}

} // namespace gradesvc::roles
