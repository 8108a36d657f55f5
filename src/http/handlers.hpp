// The handlers, one source file per resource, and the two tables of routes made of them.
#pragma once

#include "http/exchange.hpp"

namespace gradesvc::http {

net::awaitable<response> post_submission(exchange&);
net::awaitable<response> post_batch(exchange&);
net::awaitable<response> get_submission(exchange&);
net::awaitable<response> get_report(exchange&);
net::awaitable<response> list_submissions_of_user(exchange&);
net::awaitable<response> put_test(exchange&);
net::awaitable<response> get_test(exchange&);
net::awaitable<response> list_tests(exchange&);
net::awaitable<response> get_problem(exchange&);
net::awaitable<response> get_healthz(exchange&);
net::awaitable<response> get_readyz(exchange&);
net::awaitable<response> get_metrics(exchange&);

std::vector<route> api_routes();
std::vector<route> admin_routes();

/// For handlers that take no query parameters.
std::optional<response> refuse_any_query(const exchange&);

} // namespace gradesvc::http
