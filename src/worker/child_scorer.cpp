// The parent's side of a child that scores suspects: one record at a time goes out, what it came to comes back, and in
// between the child may ask which test the record belongs to.
#include "gradesvc/ports/log.hpp"
#include "gradesvc/telemetry/log.hpp"
#include "gradesvc/worker/suspects.hpp"
#include "worker/channel.hpp"
#include "worker/child_process.hpp"
#include "worker/frames.hpp"

#include <optional>
#include <set>
#include <unistd.h>

namespace gradesvc::worker {
namespace {

using steady = std::chrono::steady_clock;

std::string text_of(std::chrono::milliseconds limit) {
    return limit.count() % 1000 == 0 ? std::to_string(limit.count() / 1000) + " s"
                                     : std::to_string(limit.count()) + " ms";
}

class child_scorer final : public suspect_scorer {
public:
    child_scorer(child_options how, std::unique_ptr<app::test_lookup> tests, ports::clock& clock)
        : how_(std::move(how)), names_(how_.topic_prefix), tests_(std::move(tests)), clock_(clock) {}

    app::settled settle(const ports::record& record) override {
        frame_writer request(frame::record);
        request.number(clock_.now().time_since_epoch().count());
        put(request, record);
        return ask(request.finish());
    }

    app::settled dead_letter(const ports::record& record, std::string_view code, std::string_view detail,
                             int attempts) override {
        frame_writer request(frame::letter);
        request.number(clock_.now().time_since_epoch().count()).text(code).text(detail).number(attempts);
        put(request, record);
        return ask(request.finish());
    }

    void rest() override { child_.reset(); }

private:
    struct child {
        child(const std::string& executable, int socket = -1)
            : process(executable, child_command, socket), link(socket) {}
        child_process process;
        channel link;                  // closed first: the child ends by itself
        std::set<app::test_ptr> tests; // that it has
    };

    app::settled ask(std::string_view request) {
        if (child_ && !in_step_) child_.reset();
        const bool rested = child_.has_value();
        if (!rested) start();
        in_step_ = false;
        until_ = steady::now() + how_.time_limit;
        auto sent = child_->link.send(request, until_);
        if (rested && sent == channel::state::broken) { // it has ended while it held nothing
            end_child();
            start();
            sent = child_->link.send(request, until_);
        }
        expect(sent);
        for (;;) {
            expect(child_->link.receive(answer_, until_));
            try {
                frame_reader from(answer_);
                switch (from.kind()) {
                case frame::question: answer(from); break;
                case frame::settled: in_step_ = true; return get_settled(from, names_);
                case frame::away: in_step_ = true; throw ports::log_unavailable(std::string(from.text()));
                case frame::failed: in_step_ = true; throw std::runtime_error(std::string(from.text()));
                default: throw frame_error("a frame that has no place here");
                }
            } catch (const frame_error& error) {
                dead(std::string("an answer that is none: ") + error.what(), false);
            }
        }
    }

    void start() {
        try {
            child_.emplace(how_.executable);
        } catch (const std::exception& error) {
            throw ports::log_unavailable(std::string("no scorer for suspects can be started: ") + error.what());
        }
        frame_writer setup(frame::setup);
        setup.number(getpid()).number(static_cast<std::int64_t>(how_.memory_limit)).text(how_.topic_prefix);
        setup.text(how_.worker).number(static_cast<std::int64_t>(how_.profile));
        const auto until = steady::now() + how_.start_limit;
        std::string payload;
        const bool up = child_->link.send(setup.finish(), until) == channel::state::done &&
                        child_->link.receive(payload, until) == channel::state::done &&
                        payload == std::string(1, static_cast<char>(frame::ready));
        if (up) return;
        const auto end = end_child();
        throw ports::log_unavailable("no scorer for suspects can be started: " + end);
    }

    /// Which test it is that the child asks for. The time that takes does not count.
    void answer(frame_reader& from) {
        const auto left = until_ - steady::now();
        const auto id = from.text();
        const bool versioned = from.number() == 1;
        const auto version = from.number();
        const ports::time_ms written(std::chrono::milliseconds(from.number()));
        const ports::time_ms now(std::chrono::milliseconds(from.number()));
        std::optional<frame_writer> reply;
        try {
            const auto test = tests_->find(id, versioned ? std::optional(version) : std::nullopt, written, now);
            if (test) {
                const bool fresh = child_->tests.insert(test).second;
                reply.emplace(frame::test).number(test->version);
                reply->number(test->published_at.time_since_epoch().count());
                reply->text(fresh ? std::string_view(test->json) : std::string_view());
            } else
                reply.emplace(frame::no_test);
        } catch (const ports::log_unavailable& error) {
            reply.emplace(frame::no_answer).text(error.what());
        }
        until_ = steady::now() + left;
        expect(child_->link.send(reply->finish(), until_));
    }

    void expect(channel::state what) {
        if (what == channel::state::late) dead("no answer within " + text_of(how_.time_limit), true);
        if (what == channel::state::broken) dead({}, false);
    }

    [[noreturn]] void dead(const std::string& why, bool late) {
        if (!why.empty()) child_->process.kill_now();
        const auto end = end_child();
        throw scorer_death(why.empty() ? end : why, late);
    }

    std::string end_child() {
        const auto end = child_->process.end();
        child_.reset();
        return end;
    }

    const child_options how_;
    const app::topics names_;
    std::unique_ptr<app::test_lookup> tests_;
    ports::clock& clock_;
    std::optional<child> child_;
    bool in_step_ = false; // it has answered all that it was asked
    steady::time_point until_;
    std::string answer_;
};

} // namespace

std::unique_ptr<suspect_scorer> make_child_scorer(child_options how, std::unique_ptr<app::test_lookup> tests,
                                                  ports::clock& clock) {
    return std::make_unique<child_scorer>(std::move(how), std::move(tests), clock);
}

} // namespace gradesvc::worker
