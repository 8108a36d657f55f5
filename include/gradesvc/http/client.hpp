// One blocking GET, for health checks.
#pragma once

#include <chrono>
#include <string>

namespace gradesvc::http {

struct fetched {
    int status = 0;
    std::string body; ///< at most 64 KiB
};

/// Gets an http:// URL. Throws std::runtime_error with one sentence when there is no answer within `limit`.
fetched fetch(const std::string& url, const std::string& default_path, std::chrono::milliseconds limit);

} // namespace gradesvc::http
