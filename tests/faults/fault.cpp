// The bodies of gradesvc_faulty, the executable of the crash tests:
//   GRADESVC_FAULT=NAME[:N]  the process ends like by kill -9 when it passes the point NAME for the Nth time (default 1)
//   GRADESVC_FAULT_TRACE=F   the name of a point is appended to the file F each time it is passed
// A submission that holds one of these words misbehaves when it is scored:
//   gs-fault-crash  gs-fault-abort  gs-fault-memory  gs-fault-loop  gs-fault-throw  gs-fault-slow (2 s)  gs-fault-kill
// gs-fault-kill ends the process by SIGKILL.
#include "gradesvc/faults/fault.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace gradesvc::faults {
namespace {

std::string setting(const char* name) {
    const char* text = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets it
    return text == nullptr ? std::string() : text;
}

struct plan {
    std::string name;
    long passes = 1;
    std::string trace = setting("GRADESVC_FAULT_TRACE");

    plan() {
        const std::string text = setting("GRADESVC_FAULT");
        const auto colon = text.find(':');
        name = text.substr(0, colon);
        if (colon != std::string::npos) passes = std::strtol(text.c_str() + colon + 1, nullptr, 10);
    }
};

const plan& the_plan() {
    static const plan made;
    return made;
}

void trace(std::string_view name) {
    static std::mutex mutex; // guards the file
    static std::ofstream file(the_plan().trace, std::ios::app);
    const std::lock_guard lock(mutex);
    file << name << std::endl; // a process that is killed has written it
}

[[noreturn]] void end_process() {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

void take_all_memory() {
    constexpr std::size_t piece = 16UL << 20U;
    static std::vector<char*> taken; // reachable: not a leak
    for (;;) {
        auto* memory = new char[piece];
        std::memset(memory, 1, piece);
        taken.push_back(memory);
    }
}

void spin() {
    for (std::atomic<unsigned> i = 0;;) i.fetch_add(1, std::memory_order_relaxed);
}

} // namespace

void point(std::string_view name) noexcept {
    if (!the_plan().trace.empty()) trace(name);
    if (name != the_plan().name) return;
    static std::atomic<long> passed = 0;
    if (passed.fetch_add(1) + 1 == the_plan().passes) end_process();
}

void scoring(std::string_view submission) {
    const auto at = submission.find("gs-fault-");
    if (at == std::string_view::npos) return;
    const auto word = submission.substr(at + std::strlen("gs-fault-"));
    if (word.starts_with("crash")) raise(SIGSEGV);
    if (word.starts_with("abort")) std::abort();
    if (word.starts_with("memory")) take_all_memory();
    if (word.starts_with("loop")) spin();
    if (word.starts_with("throw")) throw std::runtime_error("a fault was asked for");
    if (word.starts_with("slow")) std::this_thread::sleep_for(std::chrono::seconds(2));
    if (word.starts_with("kill")) end_process();
}

} // namespace gradesvc::faults
