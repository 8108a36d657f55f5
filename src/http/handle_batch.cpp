// POST /v1/submissions:batch: lines in, lines out, in the same order. Lines are submitted as they come, up to a window
// at a time; their answers are streamed when the window is full or no more lines are there.
#include "gradesvc/app/submit.hpp"
#include "gradesvc/telemetry/metrics.hpp"
#include "http/handlers.hpp"
#include "http/precheck.hpp"

#include <deque>
#include <utility>

namespace gradesvc::http {
namespace {

using accepted_call = call<domain::outcome<app::accepted>>;

constexpr std::size_t window = 1000;
constexpr std::string_view content_type = "application/x-ndjson";

std::string_view without_space(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    return first == text.npos ? std::string_view() : text.substr(first);
}

class batch {
public:
    explicit batch(exchange& ex) : ex_(ex) {}

    net::awaitable<void> run() {
        for (;;) {
            const auto state = ex_.peer.receive(text_);
            if (state == received::all) break;
            if (state == received::some) {
                co_await submit_lines();
            } else if (!waiting_.empty()) {
                co_await flush();
            } else {
                co_await ex_.peer.receivable();
            }
        }
        ++line_;
        submit_line(text_); // the last line may lack its end
        co_await flush();
    }

private:
    struct entry {
        std::size_t line;
        steady::time_point began;
        std::optional<domain::refusal> refused = {};
        std::unique_ptr<accepted_call> pending = {};
    };

    /// Takes the whole lines off the front of text_.
    net::awaitable<void> submit_lines() {
        std::size_t start = 0;
        for (auto end = text_.find('\n', searched_); end != text_.npos; end = text_.find('\n', start)) {
            ++line_;
            submit_line(std::string_view(text_).substr(start, end - start));
            start = end + 1;
            if (waiting_.size() >= window) co_await flush();
        }
        text_.erase(0, start);
        if (text_.size() > ex_.env.bounds.max_body) { // its rest is passed over
            overlong_ = true;
            text_.clear();
        }
        searched_ = text_.size();
    }

    void submit_line(std::string_view text) {
        const bool too_long = std::exchange(overlong_, false) || text.size() > ex_.env.bounds.max_body;
        if (!too_long && without_space(text).empty()) return;
        entry one{line_, steady::now()};
        if (too_long) {
            one.refused = body_too_large(ex_.env.bounds.max_body);
        } else {
            one.pending = std::make_unique<accepted_call>(ex_.loop);
            const app::submit_request submission{text, std::nullopt, ex_.traceparent};
            ex_.api().submit(submission, one.pending->callback());
        }
        waiting_.push_back(std::move(one));
    }

    /// Answers all lines that wait.
    net::awaitable<void> flush() {
        if (!begun_) co_await ex_.peer.begin_stream(content_type);
        begun_ = true;
        std::string out;
        for (; !waiting_.empty(); waiting_.pop_front()) {
            auto& one = waiting_.front();
            if (one.refused) {
                append_problem(out, one.line, *one.refused);
                continue;
            }
            const auto outcome = co_await one.pending->result();
            if (outcome)
                append_accepted(out, one, *outcome);
            else
                append_problem(out, one.line, outcome.error());
        }
        co_await ex_.peer.stream(std::move(out));
    }

    void append_accepted(std::string& out, const entry& one, const app::accepted& submission) {
        ex_.env.metrics.accepted();
        ex_.env.metrics.accept_duration(steady::now() - one.began);
        out.append(R"({"line":)").append(std::to_string(one.line)).append(R"(,"http_status":202,"submission":)");
        out.append(app::accepted_json(submission)).append("}\n");
    }

    void append_problem(std::string& out, std::size_t line, const domain::refusal& why) {
        out.append(R"({"line":)").append(std::to_string(line)).append(R"(,"http_status":)");
        out.append(std::to_string(problem_of(why.code).status)).append(R"(,"problem":)");
        out.append(problem_json(why, ex_.rq.path, ex_.trace_id())).append("}\n");
    }

    exchange& ex_;
    std::string text_;         // received and not yet submitted
    std::size_t searched_ = 0; // of text_: no line ends before
    std::size_t line_ = 0;
    bool overlong_ = false; // the line that text_ goes on with is too long already
    bool begun_ = false;
    std::deque<entry> waiting_;
};

} // namespace

net::awaitable<response> post_batch(exchange& ex) {
    if (auto wrong = refuse_any_query(ex)) co_return std::move(*wrong);
    if (ex.rq.header("Idempotency-Key"))
        co_return ex.refuse(
            {domain::errc::validation, "A batch takes no Idempotency-Key: give each line a submission_key."});
    batch lines(ex);
    co_await lines.run();
    co_await ex.peer.end_stream();
    response answer;
    answer.streamed = true;
    co_return answer;
}

} // namespace gradesvc::http
