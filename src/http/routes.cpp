#include "http/handlers.hpp"

namespace gradesvc::http {

std::vector<route> admin_routes() {
    return {
        {"GET", "/healthz", get_healthz, takes::nothing, gives::anything},
        {"GET", "/readyz", get_readyz, takes::nothing, gives::anything},
        {"GET", "/metrics", get_metrics, takes::nothing, gives::anything},
    };
}

std::vector<route> api_routes() {
    std::vector<route> routes{
        {"POST", "/v1/submissions", post_submission, takes::json, gives::json},
        {"POST", "/api/submit-test", post_submission, takes::json, gives::json},
        {"POST", "/api/submit-test/", post_submission, takes::json, gives::json},
        {"POST", "/v1/submissions:batch", post_batch, takes::ndjson, gives::ndjson},
        {"GET", "/v1/submissions/{submission_id}", get_submission},
        {"GET", "/v1/submissions/{submission_id}/report", get_report, takes::nothing, gives::anything},
        {"GET", "/v1/users/{user_id}/submissions", list_submissions_of_user},
        {"PUT", "/v1/tests/{test_id}", put_test, takes::json, gives::json},
        {"GET", "/v1/tests/{test_id}", get_test},
        {"GET", "/v1/tests", list_tests},
        {"GET", "/problems/{name}", get_problem, takes::nothing, gives::anything},
    };
    for (auto& one : admin_routes()) routes.push_back(one);
    return routes;
}

std::optional<response> refuse_any_query(const exchange& ex) {
    const auto values = query_values(ex.rq.query, {});
    if (values) return std::nullopt;
    return ex.refuse(values.error());
}

} // namespace gradesvc::http
