#include "gradesvc/app/submit.hpp"
#include "gradesvc/telemetry/metrics.hpp"
#include "http/handlers.hpp"

namespace gradesvc::http {

net::awaitable<response> post_submission(exchange& ex) {
    if (auto wrong = refuse_any_query(ex)) co_return std::move(*wrong);
    call<domain::outcome<app::accepted>> pending(ex.loop);
    const app::submit_request submission{ex.rq.body, ex.rq.header("Idempotency-Key"), ex.traceparent};
    ex.api().submit(submission, pending.callback());
    const auto outcome = co_await pending.result();
    if (!outcome) co_return ex.refuse(outcome.error());

    ex.env.metrics.accepted();
    ex.env.metrics.accept_duration(steady::now() - ex.began);
    response answer;
    answer.status = 202;
    answer.headers = "Location: /v1/submissions/" + outcome->id.to_string() + "\r\n";
    answer.body = app::accepted_json(*outcome);
    co_return answer;
}

} // namespace gradesvc::http
