// The parent's side of a child that scores suspects, with shell scripts in the place of the child: whatever it does, the
// parent lives and knows what happened.
#include "gradesvc/ports/log.hpp"
#include "gradesvc/worker/suspects.hpp"
#include "support/catch.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace gradesvc;
using namespace gradesvc::worker;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

struct system_time final : ports::clock {
    ports::time_ms now() const override { return {}; }
    std::array<std::uint64_t, 2> random() override { return {1, 1}; }
};

struct no_tests final : app::test_lookup {
    app::test_ptr find(std::string_view, std::optional<std::int64_t>, ports::time_ms, ports::time_ms) override {
        return nullptr;
    }
    std::shared_ptr<const scoring::scorer> scorer_of(const app::published_test&) override { return nullptr; }
};

const std::string ready = "printf '\\001\\000\\000\\000\\001' >&3\n";

/// A script that is started as the child.
class script {
public:
    explicit script(const std::string& text)
        : folder_(std::filesystem::temp_directory_path() / ("child_scorer." + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
        std::ofstream(path()) << "#!/bin/sh\n" << text << '\n';
        std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
    }
    ~script() { std::filesystem::remove_all(folder_); }
    std::string path() const { return folder_ / "child"; }
    std::string folder() const { return folder_; }

    std::unique_ptr<suspect_scorer> start(std::chrono::milliseconds limit = 20s) {
        return make_child_scorer({.executable = path(), .topic_prefix = {}, .worker = {}, .time_limit = limit},
                                 std::make_unique<no_tests>(), clock_);
    }

private:
    std::filesystem::path folder_;
    system_time clock_;
};

ports::record suspect() {
    ports::record r;
    r.topic = "test_submissions";
    r.value = "{}";
    return r;
}

struct end {
    std::string how;
    bool timed_out = false;
};

end death_of(suspect_scorer& scorer) {
    try {
        scorer.settle(suspect());
    } catch (const scorer_death& death) {
        return {death.what(), death.timed_out};
    }
    return {"it lived", false};
}

} // namespace

TEST_CASE("a child that cannot be started is no fault of the record") {
    std::signal(SIGPIPE, SIG_DFL); // nothing here may raise it
    script missing("");
    std::filesystem::remove(missing.path());
    CHECK_THROWS_AS(missing.start()->settle(suspect()), ports::log_unavailable);
    script fails("exit 3");
    CHECK_THROWS_AS(fails.start()->settle(suspect()), ports::log_unavailable);
    script mumbles("printf 'hello, who is there?' >&3; exec sleep 60");
    CHECK_THROWS_AS(mumbles.start()->settle(suspect()), ports::log_unavailable);
}

TEST_CASE("how a child came to its end is told, and the next record gets a new one") {
    script crash(ready + "head -c 20 <&3 >/dev/null; kill -SEGV $$");
    const auto scorer = crash.start();
    for (int i = 0; i < 3; ++i) {
        const auto death = death_of(*scorer);
        CHECK(death.how == "SIGSEGV");
        CHECK_FALSE(death.timed_out);
    }
    script full(ready + "head -c 20 <&3 >/dev/null; exit 77");
    CHECK(death_of(*full.start()).how == "running out of memory");
    script cut(ready + "head -c 20 <&3 >/dev/null; printf '\\377\\000\\000\\000\\004only this' >&3; exit 4");
    CHECK(death_of(*cut.start()).how == "exit 4");
}

TEST_CASE("a child that answers nonsense, or not at all, is ended") {
    script endless(ready + "exec yes >&3");
    CHECK(death_of(*endless.start()).how != "it lived");
    script wrong(ready + "printf '\\001\\000\\000\\000\\002' >&3; exec sleep 60");
    CHECK_THAT(death_of(*wrong.start()).how, ContainsSubstring("an answer that is none"));
    script silent(ready + "exec sleep 60");
    const auto death = death_of(*silent.start(300ms));
    CHECK(death.how == "no answer within 300 ms");
    CHECK(death.timed_out);
    ports::record large = suspect();
    const std::string value(10'000'000, 'x'); // more than the socket takes
    large.value = value;
    CHECK_THROWS_AS(silent.start(300ms)->settle(large), scorer_death);
}

TEST_CASE("an exception in the child comes through, and the child lives on") {
    script throws(ready +
                  "printf '\\016\\000\\000\\000\\005\\005\\000\\000\\000\\000\\000\\000\\000no wa' >&3\n"
                  "printf '\\016\\000\\000\\000\\006\\005\\000\\000\\000\\000\\000\\000\\000later' >&3; exec sleep 60");
    const auto scorer = throws.start();
    CHECK_THROWS_WITH(scorer->settle(suspect()), "no wa");
    CHECK_THROWS_AS(scorer->settle(suspect()), ports::log_unavailable);
}

TEST_CASE("a child inherits no descriptor, whatever was opened how") {
    script lists("");
    const std::string secret = lists.folder() + "/secret";
    std::ofstream(lists.path()) << "#!/bin/sh\nls -l /proc/$$/fd > " << lists.folder() << "/list\nexit 1\n";
    const int leaky = open(secret.c_str(), O_CREAT | O_RDWR, 0600); // NOLINT: without O_CLOEXEC
    const int number = dup2(leaky, 77);
    REQUIRE(number == 77);
    CHECK_THROWS(lists.start()->settle(suspect()));
    close(leaky);
    close(number);
    std::stringstream list;
    list << std::ifstream(lists.folder() + "/list").rdbuf();
    CHECK_THAT(list.str(), ContainsSubstring("socket"));
    CHECK(list.str().find("secret") == std::string::npos);
}
