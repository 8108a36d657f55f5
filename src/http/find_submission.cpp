#include "http/find_submission.hpp"

#include "gradesvc/app/watch.hpp"
#include "gradesvc/ports/follower.hpp"
#include "http/header_values.hpp"

#include <algorithm>
#include <charconv>

namespace gradesvc::http {
namespace {

using domain::errc;
using found = std::optional<ports::submission_view>;

constexpr long longest_wait = 60;
constexpr std::chrono::seconds catch_up_limit{1};

/// Keeps a place in app::watch.
class watching {
public:
    watching(app::watch& where, const domain::submission_id& id, std::shared_ptr<doorbell> bell)
        : where_(where), token_(where.add(id, [bell = std::move(bell)] { bell->ring(); })) {}
    ~watching() { where_.remove(token_); }
    watching(const watching&) = delete;
    watching& operator=(const watching&) = delete;

private:
    app::watch& where_;
    app::watch::token token_;
};

domain::refusal wrong_wait() {
    const std::string detail = "The query parameter \"wait\" must be a number of seconds from 0 to 60.";
    return {errc::validation, detail, {{"", detail}}};
}

/// nullopt when too many wait for the read model.
net::awaitable<std::optional<found>> look(exchange& ex, domain::submission_id id) {
    auto find = [&rows = ex.api().rows, id] { return rows.find(id); };
    return on_reader(ex, find);
}

net::awaitable<bool> catch_up(exchange& ex) {
    call<bool> pending(ex.loop);
    ex.api().view.catch_up(catch_up_limit, pending.callback());
    co_return co_await pending.result();
}

/// Sees what the log holds by now: whoever was told of a submission finds it here.
net::awaitable<std::optional<found>> look_again(exchange& ex, domain::submission_id id) {
    const bool there = co_await catch_up(ex);
    std::optional<found> row;
    if (there) row = co_await look(ex, id);
    co_return row;
}

net::awaitable<std::optional<found>> find_settled(exchange& ex, domain::submission_id id,
                                                  std::chrono::seconds patience) {
    const auto until = steady::now() + patience;
    const auto bell = std::make_shared<doorbell>(ex.loop);
    std::optional<watching> place;
    if (patience.count() > 0) place.emplace(ex.api().watch, id, bell); // before the look, or an outcome could be missed
    const auto settled = [](const std::optional<found>& row) {
        return !row || (*row && (*row)->status != ports::submission_status::accepted);
    };
    auto row = co_await look(ex, id);
    if (patience.count() > 0 && !settled(row)) {
        co_await ex.peer.wait(*bell, until);
        row = co_await look(ex, id);
    }
    if (row && !*row) row = co_await look_again(ex, id);
    co_return row;
}

} // namespace

domain::outcome<std::chrono::seconds> wait_of(const request& rq) {
    auto values = query_values(rq.query, {"wait"});
    if (!values) return values.error();
    if (const auto& text = values->front()) {
        long seconds = 0;
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
        if (error != std::errc() || end != text->data() + text->size() || seconds < 0 || seconds > longest_wait)
            return wrong_wait();
        return std::chrono::seconds(seconds);
    }
    return std::chrono::seconds(std::min(prefer_wait(rq.header("Prefer")).value_or(0), longest_wait));
}

net::awaitable<domain::outcome<ports::submission_view>> find_submission(exchange& ex, std::chrono::seconds patience) {
    const auto id = domain::submission_id::parse(ex.parameter(0));
    if (!id) co_return domain::refusal{errc::not_found, "The id of a submission is a UUID; this is none."};
    auto row = co_await find_settled(ex, *id, patience);
    if (!row) co_return domain::refusal{errc::overloaded, "The view of the log cannot be read at the moment."};
    if (!*row) co_return domain::refusal{errc::not_found, "There is no submission of this id."};
    co_return std::move(**row);
}

} // namespace gradesvc::http
