// GET /v1/submissions/{id}, now or once it is scored.
#include "gradesvc/app/render.hpp"
#include "http/find_submission.hpp"
#include "http/handlers.hpp"

namespace gradesvc::http {

net::awaitable<response> get_submission(exchange& ex) {
    const auto patience = wait_of(ex.rq);
    if (!patience) co_return ex.refuse(patience.error());
    const auto row = co_await find_submission(ex, *patience);
    if (!row) co_return ex.refuse(row.error());
    response answer;
    answer.body = app::status_json(*row);
    co_return answer;
}

} // namespace gradesvc::http
