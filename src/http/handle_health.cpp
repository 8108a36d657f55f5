// For operators and probes.
#include "gradesvc/telemetry/metrics.hpp"
#include "http/handlers.hpp"

namespace gradesvc::http {

net::awaitable<response> get_healthz(exchange&) {
    response answer;
    answer.body = R"({"status":"ok"})";
    co_return answer;
}

net::awaitable<response> get_readyz(exchange& ex) {
    auto state = ex.env.ready();
    response answer;
    answer.status = state.ok ? 200 : 503;
    if (!state.ok) answer.headers = "Retry-After: 1\r\n";
    answer.body = std::move(state.json);
    co_return answer;
}

net::awaitable<response> get_metrics(exchange& ex) {
    response answer;
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    answer.body = ex.env.metrics.expose();
    co_return answer;
}

} // namespace gradesvc::http
