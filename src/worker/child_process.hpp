// A process of this executable that ends at the latest with the thread that started it. It inherits nothing but the
// standard error and one end of a socket pair, as descriptor 3.
#pragma once

#include <string>
#include <sys/types.h>

namespace gradesvc::worker {

inline constexpr int child_socket = 3;

class child_process {
public:
    /// Throws std::system_error. `socket` is the parent's end; the caller closes it.
    child_process(const std::string& executable, const char* argument, int& socket);
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;
    ~child_process();

    /// Ends it, if it has not ended by itself within a moment, and says how it came to its end: "SIGSEGV", "exit 77".
    std::string end();
    void kill_now();

private:
    pid_t pid_ = -1;
};

/// The child's side: bound to its parent and under limits. False: the parent is gone already.
bool bind_to_parent(pid_t parent, unsigned long long memory_limit);

/// How a child exits that has run out of memory.
inline constexpr int out_of_memory = 77;

} // namespace gradesvc::worker
