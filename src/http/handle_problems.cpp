// What a problem type means, for people and for programs.
#include "http/handlers.hpp"
#include "http/header_values.hpp"

namespace gradesvc::http {
namespace {

std::string page(const problem_type& type) {
    std::string html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                       "<meta name=\"viewport\" content=\"width=device-width\"><title>";
    html.append(type.title).append("</title></head>\n<body><main><h1>").append(type.title).append("</h1>\n<p>");
    html.append(type.meaning).append("</p>\n<p>Type <code>/problems/").append(type.name);
    html.append("</code>, HTTP status ").append(std::to_string(type.status)).append(".</p></main></body></html>\n");
    return html;
}

std::string document(const problem_type& type) {
    std::string json = R"({"type":"/problems/)";
    json.append(type.name).append(R"(","title":)");
    append_json_string(json, type.title);
    json.append(R"(,"status":)").append(std::to_string(type.status)).append(R"(,"meaning":)");
    append_json_string(json, type.meaning);
    json += '}';
    return json;
}

} // namespace

net::awaitable<response> get_problem(exchange& ex) {
    const auto* type = find_problem(ex.parameter(0));
    if (type == nullptr) co_return ex.refuse({domain::errc::not_found, "There is no problem type of this name."});
    const auto accept = ex.rq.header("Accept");
    const auto html = accept_quality(accept, "text/html");
    const auto json = accept_quality(accept, "application/json");
    response answer;
    answer.headers = "Vary: Accept\r\n";
    if (html == 0 && json == 0)
        co_return ex.refuse({domain::errc::not_acceptable, "The answer is text/html or application/json."});
    if (json > html) {
        answer.body = document(*type);
    } else {
        answer.content_type = "text/html; charset=utf-8";
        answer.body = page(*type);
    }
    co_return answer;
}

} // namespace gradesvc::http
