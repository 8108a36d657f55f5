// GET /v1/submissions/{id}/report: the personal report as a page, or as JSON.
#include "gradesvc/app/catalog.hpp"
#include "gradesvc/report/language.hpp"
#include "gradesvc/report/render.hpp"
#include "http/find_submission.hpp"
#include "http/handlers.hpp"
#include "http/header_values.hpp"

namespace gradesvc::http {
namespace {

using domain::errc;
using ports::submission_status;

// The page needs nothing but itself, and nobody but the candidate should keep it.
constexpr std::string_view page_headers =
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'\r\nReferrer-Policy: no-referrer\r\n";
constexpr std::string_view look_again = "Retry-After: 2\r\n";

enum class form { html, json };

std::optional<form> form_of(const request& rq) {
    const auto accept = rq.header("Accept");
    const auto html = accept_quality(accept, "text/html");
    const auto json = accept_quality(accept, "application/json");
    if (html == 0 && json == 0) return std::nullopt;
    return json > html ? form::json : form::html;
}

/// The language in the box that the reader likes best, else that of the test, else English.
std::string_view language_of(const request& rq, std::string_view test_locale) {
    const auto accept = rq.header("Accept-Language");
    std::string_view best;
    double liked = 0;
    for_each_element(accept.value_or(""), [&](std::string_view element) {
        const auto range = trim(element.substr(0, element.find(';')));
        const auto language = report::language_of(range);
        const double quality = accept_quality(element, range);
        if (language.empty() || quality <= liked) return;
        best = language;
        liked = quality;
    });
    return report::choose_language(best, test_locale);
}

response with_headers(response answer, form as, std::string_view language) {
    answer.headers.append("Content-Language: ").append(language);
    answer.headers.append("\r\nVary: Accept, Accept-Language\r\nCache-Control: private, no-cache\r\n");
    if (as == form::html) {
        answer.content_type = "text/html; charset=utf-8";
        answer.headers += page_headers;
    }
    return answer;
}

response absent(const exchange& ex, form as, bool failed, std::string_view language) {
    const std::string_view detail =
        failed ? "The submission could not be scored; its status says why." : "The submission is not scored yet.";
    response answer = ex.refuse({errc::conflict, std::string(detail)});
    if (!failed) answer.headers += look_again;
    if (as == form::json) return answer;
    answer.body = report::absence_html(failed ? report::absence::failed : report::absence::waiting, language);
    return with_headers(std::move(answer), as, language);
}

// On a reader thread: the test may have to be compiled first, and a page takes a moment.
response made(const exchange& ex, form as, const ports::submission_view& row) {
    const auto& tests = ex.api().tests;
    const auto test = row.test_version ? tests.find(row.test_id, *row.test_version) : tests.latest(row.test_id);
    const auto scorer = test ? tests.scorer_of(*test) : nullptr;
    const auto language = language_of(ex.rq, scorer ? std::string_view(scorer->definition().locale) : "");
    if (row.result.empty()) return absent(ex, as, row.status == submission_status::failed, language);
    if (!scorer) return ex.refuse({errc::overloaded, "The test of this submission is not here yet."});
    response answer;
    answer.body = as == form::html ? report::report_html(row.result, scorer->definition(), language)
                                   : report::report_json(row.result, scorer->definition(), language);
    return with_headers(std::move(answer), as, language);
}

} // namespace

net::awaitable<response> get_report(exchange& ex) {
    const auto as = form_of(ex.rq);
    if (!as) co_return ex.refuse({errc::not_acceptable, "The answer is text/html or application/json."});
    const auto patience = wait_of(ex.rq);
    if (!patience) co_return ex.refuse(patience.error());
    const auto row = co_await find_submission(ex, *patience);
    if (!row) co_return ex.refuse(row.error());
    auto make = [&ex, &as, &row] { return made(ex, *as, *row); };
    auto answer = co_await on_reader(ex, make);
    if (!answer) co_return ex.refuse({errc::overloaded, "Too many reports are asked for at the moment."});
    co_return std::move(*answer);
}

} // namespace gradesvc::http
