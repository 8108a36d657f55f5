// The JSON documents that the API answers with. Pure.
#pragma once

#include "gradesvc/app/catalog.hpp"
#include "gradesvc/domain/errc.hpp"
#include "gradesvc/ports/read_model.hpp"

#include <span>
#include <string>

namespace gradesvc::app {

/// docs/api.md.
std::string status_json(const ports::submission_view&);

/// A page of 3.3 without `result`: {"data":[…],"next_cursor":…}. `more`: there are rows after the last one.
std::string page_json(std::span<const ports::submission_view>, bool more);

/// The position after a row, as opaque text, and back (nullopt = not one of ours).
std::string cursor_of(const ports::submission_view&);
std::optional<std::pair<ports::time_ms, domain::submission_id>> parse_cursor(std::string_view);

/// The definition without what gives answers away (`with_key` false), or whole.
std::string test_json(const published_test&, bool with_key);

/// {"data":[{test_id,version,title,items,definition_sha256,published_at},…]}
std::string test_list_json(std::span<const test_ptr>);

} // namespace gradesvc::app
