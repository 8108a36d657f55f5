// The routes: a table from method and path template to handler. Immutable after construction, hence thread-safe.
#pragma once

#include "gradesvc/domain/errc.hpp"
#include "http/net.hpp"
#include "http/request.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace gradesvc::http {

struct exchange;

enum class takes : std::uint8_t { nothing, json, ndjson };  ///< as body
enum class gives : std::uint8_t { anything, json, ndjson }; ///< as answer: what Accept is checked against

struct route {
    std::string_view method;
    std::string_view path; ///< such as /v1/tests/{test_id}: static text; also the label of the metrics
    net::awaitable<response> (*handle)(exchange&);
    takes body = takes::nothing;
    gives answer = gives::json;
};

struct route_match {
    const route* found = nullptr;
    std::string allow = {};                   ///< methods of the path, when there are any but not this one
    std::vector<std::string> parameters = {}; ///< the segments in braces, decoded, in order
};

class router {
public:
    explicit router(std::vector<route> routes) : routes_(std::move(routes)) {}

    /// `path` is percent-encoded and valid. HEAD finds GET.
    route_match match(std::string_view method, std::string_view path) const;

    /// Every method of the table, for `OPTIONS *`.
    std::string all_methods() const;

private:
    std::vector<route> routes_;
};

/// The query parameters of a request, decoded.
struct query_parameter {
    std::string name;
    std::string value;
};
std::vector<query_parameter> parse_query(std::string_view encoded);

/// The parameters by name, in the order of `known`, or what is wrong: one that is not known, or given twice.
domain::outcome<std::vector<std::optional<std::string>>> query_values(std::string_view encoded,
                                                                      std::initializer_list<std::string_view> known);

} // namespace gradesvc::http
