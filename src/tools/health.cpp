#include "gradesvc/tools/health.hpp"

#include "gradesvc/http/client.hpp"

#include <ostream>

namespace gradesvc::tools {

int run_health(const health_options& options, std::ostream& out, std::ostream& err) {
    try {
        const auto answer = http::fetch(options.url, "/readyz", std::chrono::seconds(5));
        const bool ready = answer.status == 200;
        if (options.format == output_format::json)
            out << answer.body << '\n';
        else
            out << (ready ? "ready" : "not ready") << ": " << answer.body << '\n';
        return ready ? 0 : 1;
    } catch (const std::exception& error) {
        err << "gradesvc health: " << error.what() << '\n';
        return 2;
    }
}

} // namespace gradesvc::tools
