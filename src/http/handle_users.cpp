// GET /v1/users/{user_id}/submissions, newest first.
#include "gradesvc/app/render.hpp"
#include "gradesvc/ports/follower.hpp"
#include "gradesvc/ports/read_model.hpp"
#include "http/handlers.hpp"

#include <charconv>

namespace gradesvc::http {
namespace {

constexpr int most_rows = 200;

domain::refusal wrong(std::string detail) {
    domain::refusal why{domain::errc::validation, detail};
    why.errors.push_back({"", std::move(detail)});
    return why;
}

domain::outcome<ports::page_request> page_of(const exchange& ex) {
    auto values = query_values(ex.rq.query, {"test_id", "limit", "cursor"});
    if (!values) return values.error();
    ports::page_request page;
    page.user_id = ex.parameter(0);
    page.test_id = std::move((*values)[0]);
    if (const auto& text = (*values)[1]) {
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), page.limit);
        if (error != std::errc() || end != text->data() + text->size() || page.limit < 1 || page.limit > most_rows)
            return wrong("The query parameter \"limit\" must be a number from 1 to 200.");
    }
    if (const auto& text = (*values)[2]) {
        page.before = app::parse_cursor(*text);
        if (!page.before) return wrong("The query parameter \"cursor\" is not the next_cursor of a page.");
    }
    return page;
}

} // namespace

net::awaitable<response> list_submissions_of_user(exchange& ex) {
    auto page = page_of(ex);
    if (!page) co_return ex.refuse(page.error());
    // So that a client reads its own write. Without a log to look at, what is there is still worth showing.
    call<bool> caught_up(ex.loop);
    ex.api().view.catch_up(std::chrono::seconds(1), caught_up.callback());
    (void)co_await caught_up.result();

    const auto limit = static_cast<std::size_t>(page->limit);
    ++page->limit; // one more, to know whether there are more
    auto list = [&rows = ex.api().rows, &wanted = *page] { return rows.list(wanted); };
    auto rows = co_await on_reader(ex, list);
    if (!rows) co_return ex.refuse({domain::errc::overloaded, "Too many requests wait for the view of the log."});
    const bool more = rows->size() > limit;
    if (more) rows->resize(limit);
    response answer;
    answer.body = app::page_json(*rows, more);
    co_return answer;
}

} // namespace gradesvc::http
