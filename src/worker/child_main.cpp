// The child that scores suspects.
#include "gradesvc/ports/log.hpp"
#include "gradesvc/worker/suspects.hpp"
#include "worker/channel.hpp"
#include "worker/child_process.hpp"
#include "worker/frames.hpp"

namespace gradesvc::worker {
namespace {

constexpr std::size_t scorer_budget = 128UL << 20U; // of compiled tests, well below the limit of the process

struct parent_gone : std::runtime_error {
    parent_gone() : std::runtime_error("the parent is gone") {}
};

std::string hear(channel& link) {
    std::string payload;
    if (link.receive(payload) != channel::state::done) throw parent_gone();
    return payload;
}

void say(channel& link, std::string_view frame) {
    if (link.send(frame) != channel::state::done) throw parent_gone();
}

/// Keeps the tests that the parent has told of. What a submission names by its version is known once and for all.
class remote_lookup final : public app::test_lookup {
public:
    explicit remote_lookup(channel& link) : link_(link), tests_(scorer_budget) {}

    app::test_ptr find(std::string_view test_id, std::optional<std::int64_t> version, ports::time_ms written,
                       ports::time_ms now) override {
        if (version)
            if (auto known = tests_.find(test_id, *version)) return known;
        frame_writer question(frame::question);
        question.text(test_id).number(version ? 1 : 0).number(version.value_or(0));
        question.number(written.time_since_epoch().count()).number(now.time_since_epoch().count());
        say(link_, question.finish());
        const auto payload = hear(link_);
        frame_reader answer(payload);
        if (answer.kind() == frame::no_answer) throw ports::log_unavailable(std::string(answer.text()));
        if (answer.kind() != frame::test) return nullptr;
        const auto found = answer.number();
        ports::record published;
        published.time = ports::time_ms(std::chrono::milliseconds(answer.number()));
        published.value = answer.text();
        if (!published.value.empty())
            if (const auto why = tests_.apply(published); !why.empty()) throw std::runtime_error(why);
        return tests_.find(test_id, found);
    }

    std::shared_ptr<const scoring::scorer> scorer_of(const app::published_test& test) override {
        return tests_.scorer_of(test);
    }

private:
    channel& link_;
    app::catalog tests_;
};

class child {
public:
    child(channel& link, frame_reader& setup, std::string_view engine_version)
        : link_(link), names_(std::string(setup.text())) {
        const auto worker = setup.text();
        const auto profile = static_cast<scoring::profile>(setup.number());
        settler_ = std::make_unique<app::settler>(std::make_unique<remote_lookup>(link), names_, engine_version,
                                                  profile, worker);
    }

    void serve() {
        for (;;) {
            const auto payload = hear(link_);
            frame_reader request(payload);
            say(link_, reply(request).finish());
        }
    }

private:
    frame_writer reply(frame_reader& request) {
        try {
            frame_writer answer(frame::settled);
            put(answer, settled(request), names_);
            return answer;
        } catch (const parent_gone&) {
            throw;
        } catch (const ports::log_unavailable& error) {
            frame_writer answer(frame::away);
            answer.text(error.what());
            return answer;
        } catch (const std::exception& error) {
            frame_writer answer(frame::failed);
            answer.text(error.what());
            return answer;
        }
    }

    app::settled settled(frame_reader& request) {
        const ports::time_ms now(std::chrono::milliseconds(request.number()));
        if (request.kind() != frame::letter) return (*settler_)(get_record(request), now);
        const auto code = request.text();
        const auto detail = request.text();
        const auto attempts = static_cast<int>(request.number());
        return settler_->dead_letter(get_record(request), code, detail, attempts, now);
    }

    channel& link_;
    app::topics names_;
    std::unique_ptr<app::settler> settler_;
};

} // namespace

int run_child(std::string_view engine_version) {
    channel link(child_socket);
    try {
        const auto payload = hear(link);
        frame_reader setup(payload);
        const auto parent = static_cast<pid_t>(setup.number());
        if (setup.kind() != frame::setup || !bind_to_parent(parent, static_cast<unsigned long long>(setup.number())))
            return 1;
        child serving(link, setup, engine_version);
        frame_writer ready(frame::ready);
        say(link, ready.finish());
        serving.serve();
    } catch (const parent_gone&) { // it has no more suspects, or has ended
        return 0;
    }
    return 0;
}

} // namespace gradesvc::worker
