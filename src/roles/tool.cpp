#include "roles/tool.hpp"

#include "roles/options.hpp"

#include <CLI/CLI.hpp>

namespace gradesvc::roles {

void declare_format(CLI::App& tool, tools::output_format& format, const std::string& shown) {
    const auto read = [&format](const std::string& word) {
        if (word != "text" && word != "json")
            throw CLI::ValidationError("--format", "\"" + word + "\" is not one of text|json");
        format = word == "json" ? tools::output_format::json : tools::output_format::text;
    };
    tool.add_option_function<std::string>("--format", read, "Form of what is printed")
        ->default_str(shown)
        ->type_name("text|json")
        ->option_text("text|json [" + shown + "]");
}

void declare_profile(CLI::App& tool, scoring::profile& profile, const std::string& shown) {
    const auto set = [&profile](const std::string& word) { profile = profile_words().at(word); };
    tool.add_option_function<std::string>("--profile", set, "How much is computed")
        ->check(CLI::IsMember(profile_words()))
        ->default_str(shown)
        ->type_name("fast|standard|full")
        ->option_text("fast|standard|full [" + shown + "]");
}

} // namespace gradesvc::roles
