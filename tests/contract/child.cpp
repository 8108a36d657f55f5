#include "child.hpp"

#include "helpers.hpp"
#include "support/catch.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace gradesvc::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* hidden_case = "what a child process of the contract tests does";
constexpr int report_fd = 3;

std::string from_environment(const char* name) {
    const char* const value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): before any thread
    return value ? value : "";
}

std::vector<std::string> to_environment(const child_task& task) {
    return {"CONTRACT_CHILD=" + task.action, "CONTRACT_LOG=" + task.log,          "CONTRACT_ADDRESS=" + task.address,
            "CONTRACT_TOPIC=" + task.topic,  "CONTRACT_OUT=" + task.output_topic, "CONTRACT_GROUP=" + task.group,
            "CONTRACT_CRASH=" + task.crash};
}

child_task task_from_environment() {
    return {.action = from_environment("CONTRACT_CHILD"),
            .log = from_environment("CONTRACT_LOG"),
            .address = from_environment("CONTRACT_ADDRESS"),
            .topic = from_environment("CONTRACT_TOPIC"),
            .output_topic = from_environment("CONTRACT_OUT"),
            .group = from_environment("CONTRACT_GROUP"),
            .crash = from_environment("CONTRACT_CRASH")};
}

void report(std::int64_t number) {
    if (::write(report_fd, &number, sizeof number) != sizeof number) ::_exit(3);
}

void die() { ::raise(SIGKILL); }

/// Publishes numbers for ever and reports each that was acknowledged.
[[noreturn]] void publish_for_ever(const child_task& task) {
    const auto log = log_named(task.log).open(task.address, {});
    const auto publisher = log->make_publisher();
    for (std::int64_t i = 0;; ++i) {
        const auto number = std::to_string(i);
        publisher->publish(record_of(task.topic, "k" + std::to_string(i % 10), number), [i](const ports::delivery& d) {
            if (!d.error) report(i);
        });
        if (i % 100 == 99) std::this_thread::sleep_for(1ms);
    }
}

/// Copies in windows of 100 and reports how much is committed, until the crash at the fifth.
[[noreturn]] void copy_until_crash(const child_task& task) {
    const auto log = log_named(task.log).open(task.address, {});
    copier member(*log, task.topic, task.output_topic, task.group, "the only one");
    int commits = 0;
    std::thread killer;
    member.before_commit = [&] {
        if (++commits != 5) return;
        if (task.crash == "before") die();
        if (task.crash != "after")
            killer = std::thread([delay = std::chrono::microseconds(std::stoi(task.crash))] {
                std::this_thread::sleep_for(delay);
                die();
            });
    };
    member.after_commit = [&] {
        if (task.crash == "after" && commits == 5) die();
        report(member.copied());
    };
    for (;;) member.step(100ms, 100);
}

} // namespace

TEST_CASE("what a child process of the contract tests does", "[.child]") {
    const auto task = task_from_environment();
    if (task.action == "publish") publish_for_ever(task);
    if (task.action == "copy") copy_until_crash(task);
}

child::child(const child_task& task) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    reports_ = ends[0];

    auto variables = to_environment(task);
    std::vector<char*> environment;
    for (char** e = environ; *e; ++e) environment.push_back(*e);
    for (auto& v : variables) environment.push_back(v.data());
    environment.push_back(nullptr);
    std::string name = "contract_tests";
    std::string test = hidden_case;
    char* arguments[] = {name.data(), test.data(), nullptr};

    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], report_fd);
    const int failed = ::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, arguments, environment.data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (failed != 0) throw std::runtime_error("cannot start a child process");
}

child::~child() {
    if (pid_ > 0) {
        kill();
        was_killed();
    }
    ::close(reports_);
}

std::optional<std::int64_t> child::next_report() {
    std::int64_t number = 0;
    const auto size = ::read(reports_, &number, sizeof number);
    if (size != sizeof number) return std::nullopt;
    return number;
}

void child::kill() { ::kill(pid_, SIGKILL); }

bool child::was_killed() {
    if (pid_ > 0) ::waitpid(pid_, &status_, 0);
    pid_ = -1;
    return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL;
}

} // namespace gradesvc::test
