// Publishing and reading test definitions.
#include "gradesvc/app/publish_test.hpp"
#include "gradesvc/app/render.hpp"
#include "http/handlers.hpp"
#include "http/header_values.hpp"

#include <charconv>

namespace gradesvc::http {
namespace {

using domain::errc;

domain::refusal wrong(std::string detail) {
    domain::refusal why{errc::validation, detail};
    why.errors.push_back({"", std::move(detail)});
    return why;
}

std::string etag_header(const app::published_test& test) { return "ETag: \"" + test.sha256 + "\"\r\n"; }

struct test_query {
    std::optional<std::int64_t> version;
    bool key = false;
};

domain::outcome<test_query> test_query_of(const request& rq) {
    auto values = query_values(rq.query, {"version", "key"});
    if (!values) return values.error();
    test_query query;
    if (const auto& text = (*values)[0]) {
        std::int64_t version = 0;
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), version);
        if (error != std::errc() || end != text->data() + text->size() || version < 1)
            return wrong("The query parameter \"version\" must be a positive number.");
        query.version = version;
    }
    if (const auto& text = (*values)[1]) {
        if (*text != "true" && *text != "false") return wrong("The query parameter \"key\" must be true or false.");
        query.key = *text == "true";
    }
    return query;
}

} // namespace

net::awaitable<response> put_test(exchange& ex) {
    if (auto wrong_query = refuse_any_query(ex)) co_return std::move(*wrong_query);
    app::publish_request definition;
    definition.test_id = ex.parameter(0);
    definition.document = ex.rq.body;
    if (const auto hash = ex.rq.header("If-Match")) definition.if_match = std::string(*hash);
    call<domain::outcome<app::published>> pending(ex.loop);
    // Decoding and compiling a large definition takes long enough to be felt by the other requests of this thread.
    auto publish = [&use_case = ex.api().publish_test, rq = std::move(definition),
                    done = pending.callback()]() mutable {
        use_case(std::move(rq), std::move(done));
        return true;
    };
    const auto posted = co_await on_reader(ex, std::move(publish));
    if (!posted) {
        pending.abandon();
        co_return ex.refuse({errc::overloaded, "Too many requests wait at the moment.", {}, std::chrono::seconds(1)});
    }
    const auto outcome = co_await pending.result();
    if (!outcome) co_return ex.refuse(outcome.error());

    const auto& test = *outcome->test;
    response answer;
    answer.status = outcome->created ? 201 : 200;
    answer.headers = etag_header(test);
    if (outcome->created)
        answer.headers += "Location: " + std::string(ex.rq.path) + "?version=" + std::to_string(test.version) + "\r\n";
    answer.body = app::test_json(test, true);
    co_return answer;
}

net::awaitable<response> get_test(exchange& ex) {
    const auto query = test_query_of(ex.rq);
    if (!query) co_return ex.refuse(query.error());
    const auto& id = ex.parameter(0);
    const auto test = query->version ? ex.api().tests.find(id, *query->version) : ex.api().tests.latest(id);
    if (!test && !ex.api().tests.complete())
        co_return ex.refuse(
            {errc::overloaded, "The published tests are still being read.", {}, std::chrono::seconds(1)});
    if (!test) co_return ex.refuse({errc::not_found, "No such test or version of it has been published."});
    response answer;
    answer.headers = etag_header(*test);
    if (const auto known = ex.rq.header("If-None-Match"); known && lists_etag(*known, test->sha256))
        answer.status = 304;
    else
        answer.body = app::test_json(*test, query->key);
    co_return answer;
}

net::awaitable<response> list_tests(exchange& ex) {
    if (auto wrong_query = refuse_any_query(ex)) co_return std::move(*wrong_query);
    response answer;
    answer.body = app::test_list_json(ex.api().tests.all_latest());
    co_return answer;
}

} // namespace gradesvc::http
