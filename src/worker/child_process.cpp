#include "worker/child_process.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace gradesvc::worker {
namespace {

constexpr std::chrono::milliseconds own_end{1000}; // for a child that closed its socket because it is ending

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool limit_memory = false; // sanitizers reserve terabytes
#else
constexpr bool limit_memory = true;
#endif

std::string how(int status) {
    if (WIFSIGNALED(status)) {
        const char* name = sigabbrev_np(WTERMSIG(status));
        return name == nullptr ? "signal " + std::to_string(WTERMSIG(status)) : std::string("SIG") + name;
    }
    if (WEXITSTATUS(status) == out_of_memory) return "running out of memory";
    return "exit " + std::to_string(WEXITSTATUS(status));
}

struct spawn_settings {
    spawn_settings() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~spawn_settings() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    spawn_settings(const spawn_settings&) = delete;
    spawn_settings& operator=(const spawn_settings&) = delete;
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

} // namespace

child_process::child_process(const std::string& executable, const char* argument, int& socket) {
    std::array<int, 2> pair{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "socketpair");
    spawn_settings with;
    posix_spawn_file_actions_adddup2(&with.actions, pair[1], child_socket);
    posix_spawn_file_actions_addopen(&with.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&with.actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&with.actions, child_socket + 1); // whatever some library left open
    std::string name = "gradesvc";
    std::string word = argument;
    std::array<char*, 3> arguments{name.data(), word.data(), nullptr};
    const int error =
        posix_spawn(&pid_, executable.c_str(), &with.actions, &with.attributes, arguments.data(), environ);
    close(pair[1]);
    if (error != 0) {
        close(pair[0]);
        throw std::system_error(error, std::generic_category(), executable);
    }
    socket = pair[0];
}

child_process::~child_process() {
    kill_now();
    end();
}

void child_process::kill_now() {
    if (pid_ > 0) kill(pid_, SIGKILL);
}

std::string child_process::end() {
    if (pid_ <= 0) return "not started";
    int status = 0;
    const auto until = std::chrono::steady_clock::now() + own_end;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > until) kill_now();
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    pid_ = -1;
    return how(status);
}

bool bind_to_parent(pid_t parent, unsigned long long memory_limit) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); // not SIGTERM: those of a service manager or a terminal are for the parent alone
    if (getppid() != parent) return false;
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) std::signal(signal, SIG_IGN);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    const rlimit memory{memory_limit, memory_limit};
    if (limit_memory) setrlimit(RLIMIT_AS, &memory);
    std::set_new_handler([] { _exit(out_of_memory); });
    if (const int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC); file >= 0) {
        [[maybe_unused]] const auto written = write(file, "1000", 4); // the first to go when the machine is full
        close(file);
    }
    return true;
}

} // namespace gradesvc::worker
