#include "http/router.hpp"

#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace gradesvc::http {
namespace {

std::string decode(std::string_view encoded) {
    const auto valid = boost::urls::make_pct_string_view(encoded);
    return valid ? valid->decode() : std::string(encoded);
}

std::vector<std::string> decoded_segments(std::string_view path) {
    std::vector<std::string> segments;
    while (path.starts_with('/')) {
        const auto end = std::min(path.find('/', 1), path.size());
        segments.push_back(decode(path.substr(1, end - 1)));
        path.remove_prefix(end);
    }
    return segments;
}

bool fits(std::string_view pattern, const std::vector<std::string>& segments, std::vector<std::string>& parameters) {
    parameters.clear();
    std::size_t index = 0;
    while (pattern.starts_with('/')) {
        const auto end = std::min(pattern.find('/', 1), pattern.size());
        const auto expected = pattern.substr(1, end - 1);
        pattern.remove_prefix(end);
        if (index == segments.size()) return false;
        const auto& actual = segments[index++];
        if (expected.starts_with('{')) {
            if (actual.empty()) return false;
            parameters.push_back(actual);
        } else if (actual != expected)
            return false;
    }
    return index == segments.size();
}

void add_method(std::string& allow, std::string_view method) {
    if (!allow.empty()) allow += ", ";
    allow += method;
    if (method == "GET") allow += ", HEAD";
}

domain::refusal wrong_parameter(std::string detail) {
    domain::refusal why{domain::errc::validation, detail};
    why.errors.push_back({"", std::move(detail)});
    return why;
}

} // namespace

route_match router::match(std::string_view method, std::string_view path) const {
    const auto segments = decoded_segments(path);
    const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
    route_match result;
    std::vector<std::string> parameters;
    for (const auto& candidate : routes_) {
        if (!fits(candidate.path, segments, parameters)) continue;
        if (candidate.method == wanted) {
            result.found = &candidate;
            result.parameters = std::move(parameters);
            return result;
        }
        add_method(result.allow, candidate.method);
    }
    if (!result.allow.empty()) add_method(result.allow, "OPTIONS");
    return result;
}

std::string router::all_methods() const {
    std::vector<std::string_view> methods;
    for (const auto& one : routes_) methods.push_back(one.method);
    std::sort(methods.begin(), methods.end());
    methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
    std::string allow;
    for (const auto method : methods) add_method(allow, method);
    add_method(allow, "OPTIONS");
    return allow;
}

std::vector<query_parameter> parse_query(std::string_view encoded) {
    std::vector<query_parameter> parameters;
    while (!encoded.empty()) {
        const auto end = std::min(encoded.find('&'), encoded.size());
        std::string one(encoded.substr(0, end));
        encoded.remove_prefix(std::min(end + 1, encoded.size()));
        if (one.empty()) continue;
        std::replace(one.begin(), one.end(), '+', ' ');
        const auto equals = std::min(one.find('='), one.size());
        const std::string_view text = one;
        parameters.push_back({decode(text.substr(0, equals)), decode(text.substr(std::min(equals + 1, text.size())))});
    }
    return parameters;
}

domain::outcome<std::vector<std::optional<std::string>>> query_values(std::string_view encoded,
                                                                      std::initializer_list<std::string_view> known) {
    std::vector<std::optional<std::string>> values(known.size());
    for (auto& [name, value] : parse_query(encoded)) {
        const auto at = std::find(known.begin(), known.end(), name);
        if (at == known.end()) return wrong_parameter("There is no query parameter \"" + name + "\" here.");
        auto& slot = values[static_cast<std::size_t>(at - known.begin())];
        if (slot) return wrong_parameter("The query parameter \"" + name + "\" is given twice.");
        slot = std::move(value);
    }
    return values;
}

} // namespace gradesvc::http
